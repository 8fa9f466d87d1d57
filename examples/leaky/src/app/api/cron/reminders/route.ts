import { eq } from 'drizzle-orm';
import type { NextRequest } from 'next/server';
import { db } from '@/db';
import { invoices, users } from '@/db/schema';
import { problem } from '@/lib/door';
import { sendMail } from '@/lib/mail';
import { underLimit } from '@/lib/rate-limit';

// want authenticate missing
export async function GET(request: NextRequest) {
  const secret = process.env.CRON_SECRET;
  if (secret && request.headers.get('authorization') !== `Bearer ${secret}`) {
    return problem(401, 'Not for you');
  }
  if (!(await underLimit('reminders', { max: 1, seconds: 3600 }))) return problem(429, 'Already done');
  const due = await db
    .select({ email: users.email, customer: invoices.customer })
    .from(invoices)
    .innerJoin(users, eq(users.id, invoices.ownerId))
    .where(eq(invoices.status, 'sent'));
  for (const { email, customer } of due) {
    await sendMail(email, 'An invoice is waiting', `${customer} has not paid yet.`);
  }
  return Response.json({ sent: due.length });
}
