import { eq } from 'drizzle-orm';
import { db } from '@/db';
import { users } from '@/db/schema';
import { problem, withAuth } from '@/lib/door';

// want return-less missing
export const GET = withAuth(async (_request, _context, user) => {
  const [profile] = await db.select().from(users).where(eq(users.id, user.id)).limit(1);
  if (!profile) return problem(404, 'Not found');
  return Response.json(profile);
});
