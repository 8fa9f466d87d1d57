import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db } from '@/db';
import { users } from '@/db/schema';
import { problem, readJson, withAuth } from '@/lib/door';

// want require-role held
export const GET = withAuth(async () => {
  const rows = await db.select({ id: users.id, email: users.email, role: users.role }).from(users);
  return Response.json(rows);
}, 'admin');

const promotion = z.strictObject({ id: z.uuid(), role: z.enum(['member', 'admin']) });

// want require-role held, derive-identity held
export const PATCH = withAuth(async (request) => {
  const input = await readJson(request, promotion);
  if (input instanceof Response) return input;
  const [changed] = await db
    .update(users)
    .set({ role: input.role })
    .where(eq(users.id, input.id))
    .returning({ id: users.id, role: users.role });
  if (!changed) return problem(404, 'Not found');
  return Response.json(changed);
}, 'admin');
