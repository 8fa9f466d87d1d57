import 'server-only';
import { sql } from 'drizzle-orm';
import { db } from '@/db';
import { rateLimits } from '@/db/schema';

export type Limit = { max: number; seconds: number };

/** Counts this call; false after more than `max` in the window. In the database, so that all servers share it. */
export async function underLimit(key: string, limit: Limit): Promise<boolean> {
  const now = Math.floor(Date.now() / 1000);
  const resetsAt = now + limit.seconds;
  const [row] = await db
    .insert(rateLimits)
    .values({ key, count: 1, resetsAt })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        count: sql`case when ${rateLimits.resetsAt} <= ${now} then 1 else ${rateLimits.count} + 1 end`,
        resetsAt: sql`case when ${rateLimits.resetsAt} <= ${now} then ${resetsAt} else ${rateLimits.resetsAt} end`,
      },
    })
    .returning({ count: rateLimits.count });
  return row.count <= limit.max;
}

/**
 * The address the platform vouches for. Without one everybody shares a bucket:
 * a header that the client sets says nothing about it.
 */
export function clientAddress(headers: Headers): string {
  const trusted = process.env.TRUSTED_ADDRESS_HEADER;
  return (trusted && headers.get(trusted)) || 'unknown';
}
