import { eq } from 'drizzle-orm';
import type { NextRequest } from 'next/server';
import { z } from 'zod';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { byId, isSameOrigin, problem, readJson, withAuth } from '@/lib/door';
import { getSession } from '@/lib/session';

const changes = z.strictObject({
  customer: z.string().min(1).max(120),
  notes: z.string().max(2_000),
});

// want scope-to-owner missing
export const GET = withAuth(async (_request, context) => {
  const params = byId.safeParse(await context.params);
  if (!params.success) return problem(404, 'Not found');
  const invoice = await db.query.invoices.findFirst({ where: eq(invoices.id, params.data.id) });
  if (!invoice) return problem(404, 'Not found');
  return Response.json(invoice);
});

// want hide-existence missing
export const PATCH = withAuth(async (request, context, user) => {
  const params = byId.safeParse(await context.params);
  if (!params.success) return problem(404, 'Not found');
  const input = await readJson(request, changes);
  if (input instanceof Response) return input;

  const invoice = await db.query.invoices.findFirst({ where: eq(invoices.id, params.data.id) });
  if (!invoice) return problem(404, 'Not found');
  if (invoice.ownerId !== user.id) return problem(403, 'Not your invoice');
  const [updated] = await db
    .update(invoices)
    .set({ customer: input.customer, notes: input.notes })
    .where(eq(invoices.id, invoice.id))
    .returning({ id: invoices.id, customer: invoices.customer, notes: invoices.notes });
  return Response.json(updated);
});

// want hide-existence missing
export const PUT = PATCH;

// want authenticate missing, scope-to-owner missing
export async function DELETE(request: NextRequest, context: { params: Promise<{ id: string }> }) {
  const session = getSession();
  if (!session) return problem(401, 'Sign in first');
  if (!isSameOrigin(request)) return problem(403, 'Cross-site request');
  const params = byId.safeParse(await context.params);
  if (!params.success) return problem(404, 'Not found');

  const [deleted] = await db
    .delete(invoices)
    .where(eq(invoices.id, params.data.id))
    .returning({ id: invoices.id });
  if (!deleted) return problem(404, 'Not found');
  return new Response(null, { status: 204 });
}
