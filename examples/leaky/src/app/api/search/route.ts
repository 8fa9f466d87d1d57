import { and, eq, like } from 'drizzle-orm';
import { z } from 'zod';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { problem, withAuth } from '@/lib/door';
import { underLimit } from '@/lib/rate-limit';

const query = z.object({ q: z.string().min(1).max(100) });

// want hide-errors missing
export const GET = withAuth(async (request, _context, user) => {
  if (!(await underLimit(`search:${user.id}`, { max: 60, seconds: 60 }))) return problem(429, 'Slow down');
  try {
    const input = query.parse(Object.fromEntries(request.nextUrl.searchParams));
    const found = await db
      .select({ id: invoices.id, customer: invoices.customer })
      .from(invoices)
      .where(and(eq(invoices.ownerId, user.id), like(invoices.customer, `%${input.q}%`)))
      .limit(20);
    return Response.json(found);
  } catch (error) {
    const { message, stack } = error as Error;
    return Response.json({ message, stack }, { status: 500 });
  }
});
