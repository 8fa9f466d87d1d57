'use server';

import { randomBytes } from 'node:crypto';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { db } from '@/db';
import { users } from '@/db/schema';
import type { FormState } from '@/lib/action';
import { hashPassword } from '@/lib/password';
import { createSession, destroySession } from '@/lib/session';

const account = z.looseObject({
  name: z.string().trim().min(1).max(80),
  email: z.email().max(200).toLowerCase(),
  password: z.string().min(12).max(200),
});

// want limit-rate missing, refuse-unknown-fields missing
export async function signup(_state: FormState, form: FormData): Promise<FormState> {
  const input = account.safeParse(Object.fromEntries(form));
  if (!input.success) return { message: 'Check the fields; a password has 12 characters or more' };
  const { password, ...fields } = input.data;

  const [created] = await db
    .insert(users)
    .values({ ...fields, passwordHash: await hashPassword(password), apiKey: randomBytes(16).toString('hex') })
    .onConflictDoNothing()
    .returning({ id: users.id });
  if (!created) return { message: 'No account could be made with these details' };
  await createSession(created.id);
  redirect('/dashboard');
}

export async function logout(): Promise<void> {
  await destroySession();
  redirect('/');
}
