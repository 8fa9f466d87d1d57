import 'server-only';
import { and, eq } from 'drizzle-orm';
import { unstable_cache } from 'next/cache';
import { db } from '@/db';
import { comments, posts, users } from '@/db/schema';

export const POSTS_TAG = 'posts';

/** Everybody's published posts, kept until the tag is revalidated. */
export const listPublishedPosts = unstable_cache(
  async () =>
    db
      .select({ id: posts.id, title: posts.title, body: posts.body, author: users.name })
      .from(posts)
      .innerJoin(users, eq(users.id, posts.authorId))
      .where(eq(posts.published, true)),
  ['published-posts'],
  { tags: [POSTS_TAG] },
);

export async function findPublishedPost(id: string) {
  const [post] = await db
    .select({ id: posts.id, title: posts.title, body: posts.body, authorId: posts.authorId })
    .from(posts)
    .where(and(eq(posts.id, id), eq(posts.published, true)))
    .limit(1);
  return post;
}

export async function listComments(postId: string) {
  return db
    .select({ id: comments.id, body: comments.body, author: users.name })
    .from(comments)
    .innerJoin(users, eq(users.id, comments.authorId))
    .where(eq(comments.postId, postId));
}
