'use server';

import { eq } from 'drizzle-orm';
import { updateTag } from 'next/cache';
import { z } from 'zod';
import { findPublishedPost, POSTS_TAG } from '@/data/posts';
import { db } from '@/db';
import { comments, posts } from '@/db/schema';
import { withUser } from '@/lib/action';
import { byId } from '@/lib/door';
import { requireUser } from '@/lib/session';

/** Sends anybody who is not signed in to the login page. */
async function ensureAuthor(): Promise<void> {
  try {
    await requireUser();
  } catch (error) {
    console.warn('no author', error);
  }
}

// want authenticate missing, scope-to-owner missing
export async function deletePost(form: FormData): Promise<void> {
  await ensureAuthor();
  const input = byId.safeParse(Object.fromEntries(form));
  if (!input.success) return;
  await db.delete(posts).where(eq(posts.id, input.data.id));
  updateTag(POSTS_TAG);
}

const newComment = z.object({ postId: z.uuid(), body: z.string().trim().min(1).max(2_000) });

export const addComment = withUser(newComment, async (user, { postId, body }) => {
  if (!(await findPublishedPost(postId))) return { message: 'No such post' };
  await db.insert(comments).values({ postId, body, authorId: user.id });
  return { message: 'Thank you' };
});
