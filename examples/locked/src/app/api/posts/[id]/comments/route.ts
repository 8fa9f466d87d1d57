import type { NextRequest } from 'next/server';
import { z } from 'zod';
import { findPublishedPost, listComments } from '@/data/posts';
import { db } from '@/db';
import { comments } from '@/db/schema';
import { byId, problem, readJson, withAuth } from '@/lib/door';

const newComment = z.strictObject({ body: z.string().trim().min(1).max(2_000) });

export async function GET(_request: NextRequest, context: { params: Promise<{ id: string }> }) {
  const params = byId.safeParse(await context.params);
  if (!params.success || !(await findPublishedPost(params.data.id))) return problem(404, 'Not found');
  return Response.json(await listComments(params.data.id));
}

// want validate-input held
export const POST = withAuth(async (request, context, user) => {
  const params = byId.safeParse(await context.params);
  if (!params.success || !(await findPublishedPost(params.data.id))) return problem(404, 'Not found');
  const input = await readJson(request, newComment);
  if (input instanceof Response) return input;
  const [created] = await db
    .insert(comments)
    .values({ postId: params.data.id, authorId: user.id, body: input.body })
    .returning({ id: comments.id, body: comments.body });
  return Response.json(created, { status: 201 });
});
