import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { db } from '@/db';
import { uploads } from '@/db/schema';
import { problem, withAuth } from '@/lib/door';
import { underLimit } from '@/lib/rate-limit';

const MAX_BYTES = 2 * 1024 * 1024;
const FOLDER = path.join(process.cwd(), '.data/uploads');

/** The type the bytes themselves declare, whatever the client said. */
function sniff(bytes: Buffer): string | null {
  if (bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'image/png';
  if (bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'image/jpeg';
  if (bytes.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf';
  return null;
}

// want contain-uploads held
export const POST = withAuth(async (request, _context, user) => {
  if (!(await underLimit(`upload:${user.id}`, { max: 20, seconds: 3600 }))) return problem(429, 'Slow down');
  const announced = Number(request.headers.get('content-length') ?? Infinity);
  if (announced > MAX_BYTES + 4096) return problem(413, 'Too large');
  const form = await request.formData().catch(() => null);
  const file = form?.get('file');
  if (!(file instanceof File)) return problem(422, 'Choose a file');
  if (file.size > MAX_BYTES) return problem(413, 'Too large');

  const bytes = Buffer.from(await file.arrayBuffer());
  const type = sniff(bytes);
  if (!type) return problem(415, 'Only PNG, JPEG and PDF');
  const id = crypto.randomUUID();
  const target = path.join(FOLDER, id);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(target, bytes);
  await db.insert(uploads).values({ id, ownerId: user.id, name: file.name.slice(0, 120), type, path: target });
  return Response.json({ id }, { status: 201 });
});
