import { NextResponse, type NextRequest } from 'next/server';
import { readSession, SESSION_COOKIE } from '@/lib/session';

const GUARDED = ['/dashboard', '/admin', '/api/admin'];

/** Turns strangers away early and sets the policy of every page; each door still checks for itself. */
export async function proxy(request: NextRequest) {
  const { pathname } = request.nextUrl;
  if (GUARDED.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`))) {
    const session = await readSession(request.cookies.get(SESSION_COOKIE)?.value);
    if (!session) {
      return pathname.startsWith('/api/')
        ? NextResponse.json({ title: 'Sign in first', status: 401 }, { status: 401 })
        : NextResponse.redirect(new URL('/login', request.url));
    }
  }

  const policy = contentSecurityPolicy(Buffer.from(crypto.randomUUID()).toString('base64'));
  const headers = new Headers(request.headers);
  headers.set('Content-Security-Policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('Content-Security-Policy', policy);
  return response;
}

function contentSecurityPolicy(nonce: string): string {
  const evaluate = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : '';
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${evaluate}`,
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

// want cover-every-door held
export const config = {
  matcher: ['/((?!_next/static|_next/image|favicon.ico).*)'],
};
