import { count, sum } from 'drizzle-orm';
import { db } from '@/db';
import { invoices, users } from '@/db/schema';

// want authenticate missing, require-role missing
export async function GET() {
  const [accounts] = await db.select({ total: count() }).from(users);
  const [billed] = await db.select({ cents: sum(invoices.amountCents) }).from(invoices);
  return Response.json({ accounts: accounts.total, billedCents: Number(billed.cents ?? 0) });
}
