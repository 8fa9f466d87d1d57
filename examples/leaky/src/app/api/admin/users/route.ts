import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { db } from '@/db';
import { users } from '@/db/schema';
import { problem, readJson, withAuth } from '@/lib/door';

// want require-role missing
export const GET = withAuth(async () => {
  const rows = await db.select({ id: users.id, email: users.email, role: users.role }).from(users);
  return Response.json(rows);
});

const promotion = z.strictObject({ id: z.uuid(), role: z.enum(['member', 'admin']) });

// want require-role missing, derive-identity missing, scope-to-owner missing
export const PATCH = withAuth(async (request) => {
  if (request.headers.get('x-user-role') !== 'admin') return problem(404, 'Not found');
  const input = await readJson(request, promotion);
  if (input instanceof Response) return input;
  const [changed] = await db
    .update(users)
    .set({ role: input.role })
    .where(eq(users.id, input.id))
    .returning({ id: users.id, role: users.role });
  if (!changed) return problem(404, 'Not found');
  return Response.json(changed);
});
