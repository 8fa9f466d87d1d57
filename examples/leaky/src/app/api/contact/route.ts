import type { NextRequest } from 'next/server';
import { z } from 'zod';
import { db } from '@/db';
import { messages } from '@/db/schema';
import { readJson } from '@/lib/door';
import { sendMail } from '@/lib/mail';

const message = z.strictObject({ email: z.email().max(200), body: z.string().trim().min(1).max(2_000) });

// want limit-rate missing
export async function POST(request: NextRequest) {
  const input = await readJson(request, message);
  if (input instanceof Response) return input;
  await db.insert(messages).values({ email: input.email, body: input.body });
  await sendMail(process.env.MAIL_TO ?? 'team@example.test', 'A message from the site', input.body);
  return Response.json({ received: true }, { status: 202 });
}
