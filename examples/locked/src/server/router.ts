import 'server-only';
import { TRPCError } from '@trpc/server';
import { and, eq } from 'drizzle-orm';
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

    // want authenticate held, scope-to-owner held
    markPaid: protectedProcedure.input(z.strictObject({ id: z.uuid() })).mutation(async ({ ctx, input }) => {
      const [paid] = await db
        .update(invoices)
        .set({ status: 'paid' })
        .where(and(eq(invoices.id, input.id), eq(invoices.ownerId, ctx.user.id)))
        .returning({ id: invoices.id, status: invoices.status });
      if (!paid) throw new TRPCError({ code: 'NOT_FOUND' });
      return paid;
    }),
  }),
});
