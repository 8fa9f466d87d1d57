import { db } from '@/db';
import { invoices } from '@/db/schema';
import { problem } from '@/lib/door';
import { getSession } from '@/lib/session';

// want authenticate held
export async function GET() {
  const session = await getSession();
  if (!session) return problem(401, 'Sign in first');
  if (session.user.role !== 'admin') return problem(404, 'Not found');
  const rows = await db
    .select({ id: invoices.id, ownerId: invoices.ownerId, amountCents: invoices.amountCents, status: invoices.status })
    .from(invoices);
  return Response.json(rows);
}
