import { readFile } from 'node:fs/promises';
import { and, eq } from 'drizzle-orm';
import { db } from '@/db';
import { uploads } from '@/db/schema';
import { byId, problem, withAuth } from '@/lib/door';

export const GET = withAuth(async (_request, context, user) => {
  const params = byId.safeParse(await context.params);
  if (!params.success) return problem(404, 'Not found');
  const [upload] = await db
    .select({ type: uploads.type, path: uploads.path })
    .from(uploads)
    .where(and(eq(uploads.id, params.data.id), eq(uploads.ownerId, user.id)))
    .limit(1);
  const bytes = upload && (await readFile(upload.path).catch(() => null));
  if (!bytes) return problem(404, 'Not found');
  return new Response(new Uint8Array(bytes), {
    headers: {
      'Content-Type': upload.type,
      'Content-Disposition': 'attachment',
      'X-Content-Type-Options': 'nosniff',
    },
  });
});
