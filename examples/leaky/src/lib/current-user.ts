import 'server-only';
import { cookies } from 'next/headers';

const COOKIE = 'tally_uid';

/** The caller's id, from the cookie that the first version of the app set. */
// want share-identity missing
export async function currentUserId(): Promise<string | null> {
  const jar = await cookies();
  return jar.get(COOKIE)?.value ?? null;
}

export async function rememberUser(id: string): Promise<void> {
  const jar = await cookies();
  jar.set(COOKIE, id, { path: '/' });
}
