import type { NextRequest } from 'next/server';
import { findPublishedPost, listComments } from '@/data/posts';
import { db } from '@/db';
import { comments } from '@/db/schema';
import { byId, problem, withAuth } from '@/lib/door';

type NewComment = { body: string };

export async function GET(_request: NextRequest, context: { params: Promise<{ id: string }> }) {
  const params = byId.safeParse(await context.params);
  if (!params.success || !(await findPublishedPost(params.data.id))) return problem(404, 'Not found');
  return Response.json(await listComments(params.data.id));
}

// want validate-input missing
export const POST = withAuth(async (request, context, user) => {
  const params = byId.safeParse(await context.params);
  if (!params.success || !(await findPublishedPost(params.data.id))) return problem(404, 'Not found');
  const input = (await request.json()) as NewComment;
  const [created] = await db
    .insert(comments)
    .values({ postId: params.data.id, authorId: user.id, body: input.body })
    .returning({ id: comments.id, body: comments.body });
  return Response.json(created, { status: 201 });
});
