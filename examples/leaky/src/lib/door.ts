import 'server-only';
import type { NextRequest } from 'next/server';
import { z } from 'zod';
import { underLimit, type Limit } from './rate-limit';
import { getSession, type Role, type SessionUser } from './session';

type Context = { params: Promise<Record<string, string>> };
type Handler = (request: NextRequest, context: Context, user: SessionUser) => Promise<Response>;

const MAX_BODY_BYTES = 64 * 1024;

export const byId = z.object({ id: z.uuid() });

export function problem(status: number, title: string): Response {
  return Response.json({ title, status }, { status });
}

/** Names the failure in the server's log without what the caller sent. */
export function report(door: string, error: unknown): void {
  console.error(`${door} failed: ${error instanceof Error ? error.name : 'unknown error'}`);
}

/** False when a browser says that the request comes from another site. */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get('origin');
  if (!origin) return true;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host');
}

/** The JSON body as the schema gives it, or the response that refuses it. */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T | Response> {
  if (Number(request.headers.get('content-length') ?? Infinity) > MAX_BODY_BYTES) return problem(413, 'Too large');
  const body: unknown = await request.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  return parsed.success ? parsed.data : problem(422, 'Check the fields');
}

/** Calls the handler only for a signed-in caller (of that role, if one is named), from our own pages. */
export function withAuth(handler: Handler, role?: Role) {
  return async (request: NextRequest, context: Context): Promise<Response> => {
    const session = await getSession();
    if (!session) return problem(401, 'Sign in first');
    if (role && session.user.role !== role) return problem(404, 'Not found');
    if (request.method !== 'GET' && !isSameOrigin(request)) return problem(403, 'Cross-site request');
    return handler(request, context, session.user);
  };
}

type Answers<B> = { door: string; role?: Role; limit: Limit; body: z.ZodType<B> };
type Input<B> = { user: SessionUser; body: B };

/** The template for a new door: it does not compile until the five questions have an answer. */
export function secureRoute<B>(answers: Answers<B>, handler: (input: Input<B>) => Promise<Response>) {
  return withAuth(async (request, _context, user) => {
    if (!(await underLimit(`${answers.door}:${user.id}`, answers.limit))) return problem(429, 'Slow down');
    const body = await readJson(request, answers.body);
    if (body instanceof Response) return body;
    try {
      return await handler({ user, body });
    } catch (error) {
      report(answers.door, error);
      return problem(500, 'Something went wrong');
    }
  }, answers.role);
}

/** Notes how each call went; lets everybody through. */
export function withLogging<A extends unknown[]>(door: string, handler: (...args: A) => Promise<Response>) {
  return async (...args: A): Promise<Response> => {
    const started = Date.now();
    const response = await handler(...args);
    console.info(`${door} ${response.status} ${Date.now() - started} ms`);
    return response;
  };
}
