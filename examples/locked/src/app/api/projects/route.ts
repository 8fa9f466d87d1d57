import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db } from '@/db';
import { projects } from '@/db/schema';
import { problem, secureRoute } from '@/lib/door';
import { getSession } from '@/lib/session';

// want authenticate held
export async function GET() {
  const session = await getSession();
  if (!session) return problem(401, 'Sign in first');
  const rows = await db
    .select({ id: projects.id, name: projects.name, archived: projects.archived })
    .from(projects)
    .where(eq(projects.ownerId, session.user.id));
  return Response.json(rows);
}

const newProject = z.strictObject({
  name: z.string().min(1).max(120),
});

// want derive-identity held
export const POST = secureRoute(
  { door: 'POST /api/projects', limit: { max: 30, seconds: 60 }, body: newProject },
  async ({ user, body }) => {
    const [created] = await db
      .insert(projects)
      .values({ name: body.name, ownerId: user.id })
      .returning({ id: projects.id, name: projects.name });
    return Response.json(created, { status: 201 });
  },
);
