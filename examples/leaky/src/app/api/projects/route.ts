import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db } from '@/db';
import { projects } from '@/db/schema';
import { secureRoute } from '@/lib/door';
import { getSession } from '@/lib/session';

// want authenticate missing
export async function GET() {
  const session = await getSession();
  const rows = await db
    .select({ id: projects.id, name: projects.name, archived: projects.archived })
    .from(projects)
    .where(session ? eq(projects.ownerId, session.user.id) : undefined);
  return Response.json(rows);
}

const newProject = z.strictObject({
  name: z.string().min(1).max(120),
  ownerId: z.uuid(),
});

// want derive-identity missing
export const POST = secureRoute(
  { door: 'POST /api/projects', limit: { max: 30, seconds: 60 }, body: newProject },
  async ({ body }) => {
    const [created] = await db
      .insert(projects)
      .values({ name: body.name, ownerId: body.ownerId })
      .returning({ id: projects.id, name: projects.name });
    return Response.json(created, { status: 201 });
  },
);
