import 'server-only';
import { initTRPC, TRPCError } from '@trpc/server';
import { getSession } from '@/lib/session';

export async function createContext() {
  return { session: await getSession() };
}

const t = initTRPC.context<typeof createContext>().create({
  errorFormatter: ({ shape }) => ({ ...shape, message: shape.data.code, data: { code: shape.data.code } }),
});

export const router = t.router;
export const publicProcedure = t.procedure;
export const protectedProcedure = t.procedure.use(({ ctx, next }) => {
  if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return next({ ctx: { user: ctx.session.user } });
});
