import { z } from 'zod';
import { listPublishedPosts } from '@/data/posts';
import { db } from '@/db';
import { posts } from '@/db/schema';
import { secureRoute } from '@/lib/door';

export async function GET() {
  return Response.json(await listPublishedPosts());
}

const newPost = z.strictObject({
  title: z.string().min(1).max(120),
  body: z.string().min(1).max(10_000),
  published: z.boolean().default(false),
});

// want revalidate missing
export const POST = secureRoute(
  { door: 'POST /api/posts', limit: { max: 10, seconds: 60 }, body: newPost },
  async ({ user, body }) => {
    const [created] = await db
      .insert(posts)
      .values({ title: body.title, body: body.body, published: body.published, authorId: user.id })
      .returning({ id: posts.id, title: posts.title });
    return Response.json(created, { status: 201 });
  },
);
