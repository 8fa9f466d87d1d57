import { NextResponse, type NextRequest } from 'next/server';
import { readSession, SESSION_COOKIE } from '@/lib/session';

/** Turns strangers away. */
export async function proxy(request: NextRequest) {
  const { pathname } = request.nextUrl;
  const session = await readSession(request.cookies.get(SESSION_COOKIE)?.value);
  if (!session) {
    return pathname.startsWith('/api/')
      ? NextResponse.json({ title: 'Sign in first', status: 401 }, { status: 401 })
      : NextResponse.redirect(new URL('/login', request.url));
  }
  return NextResponse.next();
}

// want cover-every-door missing
export const config = {
  matcher: ['/dashboard/:path*', '/admin/:path*', '/api/admin/users', '/api/admin/stats'],
};
