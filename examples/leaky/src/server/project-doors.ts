import 'server-only';
import { and, eq } from 'drizzle-orm';
import { db } from '@/db';
import { projects } from '@/db/schema';
import { byId, isSameOrigin, problem } from '@/lib/door';
import { getSession } from '@/lib/session';

type Context = { params: Promise<{ id: string }> };

export async function GET(_request: Request, context: Context) {
  const session = await getSession();
  if (!session) return problem(401, 'Sign in first');
  const params = byId.safeParse(await context.params);
  if (!params.success) return problem(404, 'Not found');

  const [project] = await db
    .select({ id: projects.id, name: projects.name, archived: projects.archived })
    .from(projects)
    .where(and(eq(projects.id, params.data.id), eq(projects.ownerId, session.user.id)))
    .limit(1);
  if (!project) return problem(404, 'Not found');
  return Response.json(project);
}

export async function DELETE(request: Request, context: Context) {
  if (!isSameOrigin(request)) return problem(403, 'Cross-site request');
  const params = byId.safeParse(await context.params);
  if (!params.success) return problem(404, 'Not found');

  const [deleted] = await db
    .delete(projects)
    .where(eq(projects.id, params.data.id))
    .returning({ id: projects.id });
  const session = await getSession();
  if (!session) return problem(401, 'Sign in first');
  if (!deleted) return problem(404, 'Not found');
  return new Response(null, { status: 204 });
}
