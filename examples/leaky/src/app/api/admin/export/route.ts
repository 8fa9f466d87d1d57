import { eq } from 'drizzle-orm';
import { db } from '@/db';
import { invoices, users } from '@/db/schema';
import { currentUserId } from '@/lib/current-user';
import { problem } from '@/lib/door';

// want authenticate missing
export async function GET() {
  const id = await currentUserId();
  if (!id) return problem(401, 'Sign in first');
  const user = await db.query.users.findFirst({ columns: { role: true }, where: eq(users.id, id) });
  if (user?.role !== 'admin') return problem(404, 'Not found');
  const rows = await db
    .select({ id: invoices.id, ownerId: invoices.ownerId, amountCents: invoices.amountCents, status: invoices.status })
    .from(invoices);
  return Response.json(rows);
}
