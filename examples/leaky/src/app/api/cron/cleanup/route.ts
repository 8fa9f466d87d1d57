import { lt } from 'drizzle-orm';
import type { NextRequest } from 'next/server';
import { db } from '@/db';
import { sessions } from '@/db/schema';
import { problem } from '@/lib/door';

// want authenticate missing
export const POST = async (request: NextRequest) => {
  if (request.headers.get('authorization') !== `Bearer ${process.env.CLEANUP_SECRET}`) {
    return problem(401, 'Not for you');
  }
  const removed = await db.delete(sessions).where(lt(sessions.expiresAt, new Date())).returning({ id: sessions.id });
  return Response.json({ removed: removed.length });
};
