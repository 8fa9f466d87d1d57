import { and, desc, eq } from 'drizzle-orm';
import { db } from '@/db';
import { invoices, projects } from '@/db/schema';

/** What the browser may see of an invoice. */
const view = {
  id: invoices.id,
  customer: invoices.customer,
  amountCents: invoices.amountCents,
  status: invoices.status,
  notes: invoices.notes,
};

export async function listInvoices(ownerId: string) {
  return db.select(view).from(invoices).where(eq(invoices.ownerId, ownerId)).orderBy(desc(invoices.amountCents));
}

/** The invoice if it is this owner's, else undefined: someone else's does not exist. */
export async function findInvoice(ownerId: string, id: string) {
  const [invoice] = await db
    .select(view)
    .from(invoices)
    .where(and(eq(invoices.id, id), eq(invoices.ownerId, ownerId)))
    .limit(1);
  return invoice;
}

export async function ownsProject(ownerId: string, id: string): Promise<boolean> {
  const [project] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.id, id), eq(projects.ownerId, ownerId)))
    .limit(1);
  return project !== undefined;
}
