import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { db } from '@/db';
import { uploads } from '@/db/schema';
import { problem, withAuth } from '@/lib/door';
import { underLimit } from '@/lib/rate-limit';

const FOLDER = path.join(process.cwd(), 'public/uploads');

// want contain-uploads missing
export const POST = withAuth(async (request, _context, user) => {
  if (!(await underLimit(`upload:${user.id}`, { max: 20, seconds: 3600 }))) return problem(429, 'Slow down');
  const form = await request.formData().catch(() => null);
  const file = form?.get('file');
  if (!(file instanceof File)) return problem(422, 'Choose a file');

  const bytes = Buffer.from(await file.arrayBuffer());
  const id = crypto.randomUUID();
  const target = path.join(FOLDER, file.name);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(target, bytes);
  await db.insert(uploads).values({ id, ownerId: user.id, name: file.name, type: file.type, path: target });
  return Response.json({ id }, { status: 201 });
});
