'use server';

import { eq } from 'drizzle-orm';
import { revalidatePath } from 'next/cache';
import { headers } from 'next/headers';
import { z } from 'zod';
import { db } from '@/db';
import { invoices, users } from '@/db/schema';
import { actionClient, authActionClient, type FormState } from '@/lib/action';
import { sendMail } from '@/lib/mail';
import { clientAddress, underLimit } from '@/lib/rate-limit';
import { getSession } from '@/lib/session';

const newInvoice = z.strictObject({
  customer: z.string().min(1).max(120),
  amountCents: z.int().positive().max(100_000_000),
});

export const createInvoice = authActionClient.inputSchema(newInvoice).action(async ({ parsedInput, ctx }) => {
  const { customer, amountCents } = parsedInput;
  await db.insert(invoices).values({ customer, amountCents, ownerId: ctx.user.id });
  revalidatePath('/dashboard');
  return { message: 'Saved' };
});

const delivery = z.strictObject({ id: z.uuid(), to: z.email().max(200) });

// want authenticate missing, scope-to-owner missing
export const sendInvoice = actionClient.inputSchema(delivery).action(async ({ parsedInput }) => {
  const address = clientAddress(await headers());
  if (!(await underLimit(`send:${address}`, { max: 20, seconds: 3600 }))) return { message: 'Slow down' };
  const invoice = await db.query.invoices.findFirst({ where: eq(invoices.id, parsedInput.id) });
  if (!invoice) return { message: 'No such invoice' };
  await sendMail(parsedInput.to, `Invoice for ${invoice.customer}`, (invoice.amountCents / 100).toFixed(2));
  await db.update(invoices).set({ status: 'sent' }).where(eq(invoices.id, invoice.id));
  revalidatePath('/dashboard');
  return { message: 'Sent' };
});

const profile = z.object({ name: z.string().trim().min(1).max(80) });

export async function updateProfile(_state: FormState, form: FormData): Promise<FormState> {
  const session = await getSession();
  if (!session) return { message: 'Sign in first' };
  const input = profile.safeParse(Object.fromEntries(form));
  if (!input.success) return { message: 'Check the fields' };
  await db.update(users).set({ name: input.data.name }).where(eq(users.id, session.user.id));
  revalidatePath('/dashboard');
  return { message: 'Saved' };
}
