import { and, desc, eq } from 'drizzle-orm';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { handle } from 'hono/vercel';
import { db } from '@/db';
import { comments, posts, users } from '@/db/schema';
import { byId, isSameOrigin, problem } from '@/lib/door';
import { getSession, type SessionUser } from '@/lib/session';

const requireSession = createMiddleware<{ Variables: { user: SessionUser } }>(async (c, next) => {
  const session = await getSession();
  if (!session) return problem(401, 'Sign in first');
  if (c.req.method !== 'GET' && !isSameOrigin(c.req.raw)) return problem(403, 'Cross-site request');
  c.set('user', session.user);
  await next();
});

const app = new Hono<{ Variables: { user: SessionUser } }>().basePath('/api/v2');

// want authenticate missing
app.get('/commenters', async (c) => {
  const rows = await db
    .selectDistinct({ name: users.name, email: users.email })
    .from(users)
    .innerJoin(comments, eq(comments.authorId, users.id))
    .innerJoin(posts, eq(posts.id, comments.postId));
  return c.json(rows);
});

app.use('*', requireSession);

app.get('/comments', async (c) => {
  const rows = await db
    .select({ id: comments.id, body: comments.body })
    .from(comments)
    .where(eq(comments.authorId, c.get('user').id))
    .orderBy(desc(comments.id));
  return c.json(rows);
});

app.delete('/comments/:id', async (c) => {
  const params = byId.safeParse(c.req.param());
  if (!params.success) return problem(404, 'Not found');
  const [deleted] = await db
    .delete(comments)
    .where(and(eq(comments.id, params.data.id), eq(comments.authorId, c.get('user').id)))
    .returning({ id: comments.id });
  return deleted ? c.body(null, 204) : problem(404, 'Not found');
});

export const GET = handle(app);
export const DELETE = handle(app);
