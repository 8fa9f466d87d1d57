import { eq } from 'drizzle-orm';
import type { NextRequest } from 'next/server';
import { z } from 'zod';
import { db } from '@/db';
import { users } from '@/db/schema';
import { rememberUser } from '@/lib/current-user';
import { isSameOrigin, problem, readJson, report } from '@/lib/door';
import { verifyPassword } from '@/lib/password';
import { underLimit } from '@/lib/rate-limit';
import { createSession } from '@/lib/session';

const credentials = z.strictObject({ email: z.email().max(200), password: z.string().min(1).max(200) });

// want know-the-client missing, scrub-logs missing
export async function POST(request: NextRequest) {
  if (!isSameOrigin(request)) return problem(403, 'Cross-site request');
  const input = await readJson(request, credentials);
  if (input instanceof Response) return input;

  const address = request.headers.get('x-forwarded-for')?.split(',')[0] ?? 'unknown';
  if (!(await underLimit(`login:${address}`, { max: 10, seconds: 300 }))) return problem(429, 'Slow down');
  console.info('login', input);

  try {
    const [user] = await db
      .select({ id: users.id, passwordHash: users.passwordHash })
      .from(users)
      .where(eq(users.email, input.email.toLowerCase()))
      .limit(1);
    if (!(await verifyPassword(input.password, user?.passwordHash))) {
      return problem(401, 'Wrong email or password');
    }
    await createSession(user.id);
    await rememberUser(user.id);
    return new Response(null, { status: 204 });
  } catch (error) {
    report('POST /api/auth/login', error);
    return problem(500, 'Something went wrong');
  }
}
