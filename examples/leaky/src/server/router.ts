import 'server-only';
import { TRPCError } from '@trpc/server';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { listInvoices } from '@/data/invoices';
import { listPublishedPosts } from '@/data/posts';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { protectedProcedure, publicProcedure, router } from './trpc';

export const appRouter = router({
  latestPosts: publicProcedure.query(() => listPublishedPosts()),

  invoices: router({
    list: protectedProcedure.query(({ ctx }) => listInvoices(ctx.user.id)),

    // want authenticate missing, scope-to-owner missing
    markPaid: publicProcedure.input(z.strictObject({ id: z.uuid() })).mutation(async ({ input }) => {
      const [paid] = await db
        .update(invoices)
        .set({ status: 'paid' })
        .where(eq(invoices.id, input.id))
        .returning({ id: invoices.id, status: invoices.status });
      if (!paid) throw new TRPCError({ code: 'NOT_FOUND' });
      return paid;
    }),
  }),
});
