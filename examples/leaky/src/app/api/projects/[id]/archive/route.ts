import { and, eq } from 'drizzle-orm';
import { db } from '@/db';
import { projects } from '@/db/schema';
import { byId, problem, withAuth } from '@/lib/door';

// want check-origin missing
export const GET = withAuth(async (_request, context, user) => {
  const params = byId.safeParse(await context.params);
  if (!params.success) return problem(404, 'Not found');
  const [archived] = await db
    .update(projects)
    .set({ archived: true })
    .where(and(eq(projects.id, params.data.id), eq(projects.ownerId, user.id)))
    .returning({ id: projects.id, archived: projects.archived });
  if (!archived) return problem(404, 'Not found');
  return Response.json(archived);
});
