import { count, sum } from 'drizzle-orm';
import { db } from '@/db';
import { invoices, users } from '@/db/schema';
import { problem } from '@/lib/door';
import { getSession } from '@/lib/session';

// want authenticate held, require-role held
export async function GET() {
  const session = await getSession();
  if (!session) return problem(401, 'Sign in first');
  if (session.user.role !== 'admin') return problem(404, 'Not found');
  const [accounts] = await db.select({ total: count() }).from(users);
  const [billed] = await db.select({ cents: sum(invoices.amountCents) }).from(invoices);
  return Response.json({ accounts: accounts.total, billedCents: Number(billed.cents ?? 0) });
}
