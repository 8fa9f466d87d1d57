'use server';

import { and, eq } from 'drizzle-orm';
import { updateTag } from 'next/cache';
import { z } from 'zod';
import { findPublishedPost, POSTS_TAG } from '@/data/posts';
import { db } from '@/db';
import { comments, posts } from '@/db/schema';
import { withUser } from '@/lib/action';
import { byId } from '@/lib/door';
import { requireUser, type SessionUser } from '@/lib/session';

/** The signed-in author; anybody else is sent to the login page. */
async function currentAuthor(): Promise<SessionUser> {
  return requireUser();
}

// want authenticate held, scope-to-owner held
export async function deletePost(form: FormData): Promise<void> {
  const author = await currentAuthor();
  const input = byId.safeParse(Object.fromEntries(form));
  if (!input.success) return;
  await db.delete(posts).where(and(eq(posts.id, input.data.id), eq(posts.authorId, author.id)));
  updateTag(POSTS_TAG);
}

const newComment = z.object({ postId: z.uuid(), body: z.string().trim().min(1).max(2_000) });

export const addComment = withUser(newComment, async (user, { postId, body }) => {
  if (!(await findPublishedPost(postId))) return { message: 'No such post' };
  await db.insert(comments).values({ postId, body, authorId: user.id });
  return { message: 'Thank you' };
});
