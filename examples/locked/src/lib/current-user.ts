import 'server-only';
import { getSession } from './session';

/** The caller's id, from the one session of the app. */
// want share-identity held
export async function currentUserId(): Promise<string | null> {
  const session = await getSession();
  return session?.user.id ?? null;
}
