import { z } from 'zod';
import { ownsProject } from '@/data/invoices';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { problem, readJson, withAuth } from '@/lib/door';

const newInvoice = z.looseObject({
  projectId: z.uuid().optional(),
  customer: z.string().min(1).max(120),
  amountCents: z.int().positive().max(100_000_000),
  notes: z.string().max(2_000).default(''),
});

// want authenticate missing
export async function GET() {
  return Response.json(await db.select().from(invoices));
}

// want refuse-unknown-fields missing
export const POST = withAuth(async (request, _context, user) => {
  const input = await readJson(request, newInvoice);
  if (input instanceof Response) return input;
  if (input.projectId && !(await ownsProject(user.id, input.projectId))) return problem(422, 'No such project');
  const [created] = await db
    .insert(invoices)
    .values({ ...input, ownerId: user.id })
    .returning({ id: invoices.id, status: invoices.status });
  return Response.json(created, { status: 201 });
});
