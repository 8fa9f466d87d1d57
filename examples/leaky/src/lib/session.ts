import { and, eq, gt } from 'drizzle-orm';
import { jwtVerify, SignJWT } from 'jose';
import { cookies } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { db } from '@/db';
import { sessions, users } from '@/db/schema';

export const SESSION_COOKIE = 'tally_session';
const LIFETIME_SECONDS = 7 * 24 * 60 * 60;

export type Role = 'member' | 'admin';
export type SessionUser = { id: string; email: string; name: string; role: Role };
export type Session = { id: string; user: SessionUser };

function signingKey(): Uint8Array {
  const secret = process.env.SESSION_SECRET;
  if (!secret || secret.length < 32) {
    throw new Error('SESSION_SECRET must be set to at least 32 characters (see .env.example)');
  }
  return new TextEncoder().encode(secret);
}

async function sessionIdIn(token: string): Promise<string | null> {
  const key = signingKey();
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['exp'] });
    return payload.jti ?? null;
  } catch {
    return null;
  }
}

/** The live session behind a signed token, or null. The role is read from the database at every call. */
export async function readSession(token: string | undefined): Promise<Session | null> {
  const id = token ? await sessionIdIn(token) : null;
  if (!id) return null;
  const [session] = await db
    .select({ id: sessions.id, user: { id: users.id, email: users.email, name: users.name, role: users.role } })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, id), gt(sessions.expiresAt, new Date())))
    .limit(1);
  return session ?? null;
}

/** The caller's session, or null; looked up once a request. */
export const getSession = cache(async (): Promise<Session | null> => {
  const jar = await cookies();
  return readSession(jar.get(SESSION_COOKIE)?.value);
});

/** The caller, or a redirect to the login page. For pages and server actions. */
export async function requireUser(): Promise<SessionUser> {
  const session = await getSession();
  if (!session) redirect('/login');
  return session.user;
}

/** The caller if an administrator; everyone else is told that there is nothing here. */
export async function requireAdmin(): Promise<SessionUser> {
  const user = await requireUser();
  if (user.role !== 'admin') notFound();
  return user;
}

export async function createSession(userId: string): Promise<void> {
  const expiresAt = new Date(Date.now() + LIFETIME_SECONDS * 1000);
  const [session] = await db.insert(sessions).values({ userId, expiresAt }).returning({ id: sessions.id });
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setJti(session.id)
    .setIssuedAt()
    .setExpirationTime(expiresAt)
    .sign(signingKey());
  const jar = await cookies();
  jar.set(SESSION_COOKIE, token, {
    httpOnly: true,
    secure: process.env.NODE_ENV === 'production',
    sameSite: 'lax',
    path: '/',
    expires: expiresAt,
  });
}

export async function destroySession(): Promise<void> {
  const session = await getSession();
  if (session) await db.delete(sessions).where(eq(sessions.id, session.id));
  const jar = await cookies();
  jar.delete(SESSION_COOKIE);
}
