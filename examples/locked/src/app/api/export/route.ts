import { and, eq } from 'drizzle-orm';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { withAuth, withLogging } from '@/lib/door';

// want authenticate held
export const GET = withLogging(
  'GET /api/export',
  withAuth(async (_request, _context, user) => {
    const rows = await db
      .select({ customer: invoices.customer, amountCents: invoices.amountCents })
      .from(invoices)
      .where(and(eq(invoices.status, 'paid'), eq(invoices.ownerId, user.id)));
    const lines = rows.map(({ customer, amountCents }) => `${JSON.stringify(customer)},${amountCents}`);
    return new Response(['customer,cents', ...lines].join('\n'), { headers: { 'Content-Type': 'text/csv' } });
  }),
);
