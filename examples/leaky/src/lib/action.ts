import 'server-only';
import { createSafeActionClient } from 'next-safe-action';
import type { z } from 'zod';
import { getSession, requireUser, type SessionUser } from './session';

export type FormState = { message: string } | null;

/** For actions that anybody may call: nothing but errors kept generic. */
export const actionClient = createSafeActionClient({
  handleServerError: () => 'Something went wrong',
});

/** For actions of the signed-in: the session is checked before the action runs, `ctx.user` is the caller. */
export const authActionClient = actionClient.use(async ({ next }) => {
  const session = await getSession();
  if (!session) throw new Error('Sign in first');
  return next({ ctx: { user: session.user } });
});

/** A form action for the signed-in, its fields parsed. */
export function withUser<T>(schema: z.ZodType<T>, run: (user: SessionUser, input: T) => Promise<FormState>) {
  return async (_state: FormState, form: FormData): Promise<FormState> => {
    const user = await requireUser();
    const input = schema.safeParse(Object.fromEntries(form));
    if (!input.success) return { message: 'Check the fields' };
    return run(user, input.data);
  };
}
