import { z } from 'zod';
import { listInvoices, ownsProject } from '@/data/invoices';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { problem, readJson, withAuth } from '@/lib/door';
import { getSession } from '@/lib/session';

const newInvoice = z.strictObject({
  projectId: z.uuid().optional(),
  customer: z.string().min(1).max(120),
  amountCents: z.int().positive().max(100_000_000),
  notes: z.string().max(2_000).default(''),
});

// want authenticate held
export async function GET() {
  const session = await getSession();
  if (!session) return problem(401, 'Sign in first');
  return Response.json(await listInvoices(session.user.id));
}

// want refuse-unknown-fields held
export const POST = withAuth(async (request, _context, user) => {
  const input = await readJson(request, newInvoice);
  if (input instanceof Response) return input;
  const { projectId, customer, amountCents, notes } = input;
  if (projectId && !(await ownsProject(user.id, projectId))) return problem(422, 'No such project');
  const [created] = await db
    .insert(invoices)
    .values({ projectId, customer, amountCents, notes, ownerId: user.id })
    .returning({ id: invoices.id, status: invoices.status });
  return Response.json(created, { status: 201 });
});
