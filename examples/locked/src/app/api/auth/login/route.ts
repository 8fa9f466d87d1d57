import { eq } from 'drizzle-orm';
import type { NextRequest } from 'next/server';
import { z } from 'zod';
import { db } from '@/db';
import { users } from '@/db/schema';
import { isSameOrigin, problem, readJson, report } from '@/lib/door';
import { verifyPassword } from '@/lib/password';
import { clientAddress, underLimit } from '@/lib/rate-limit';
import { createSession } from '@/lib/session';

const credentials = z.strictObject({ email: z.email().max(200), password: z.string().min(1).max(200) });

// want know-the-client held, scrub-logs held
export async function POST(request: NextRequest) {
  if (!isSameOrigin(request)) return problem(403, 'Cross-site request');
  const input = await readJson(request, credentials);
  if (input instanceof Response) return input;

  const address = clientAddress(request.headers);
  const allowed =
    (await underLimit(`login:${address}`, { max: 60, seconds: 300 })) &&
    (await underLimit(`login:${input.email.toLowerCase()}`, { max: 10, seconds: 300 }));
  if (!allowed) return problem(429, 'Slow down');

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
    return new Response(null, { status: 204 });
  } catch (error) {
    report('POST /api/auth/login', error);
    return problem(500, 'Something went wrong');
  }
}
