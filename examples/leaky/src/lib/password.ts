import 'server-only';
import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const scrypt = promisify<string, Buffer, number, Buffer>(scryptCallback);

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await scrypt(password, salt, 64)).toString('hex')}`;
}

/** Costs the same whether or not there is an account, so that the time taken names nobody. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [salt, hash] = (stored ?? `${'00'.repeat(16)}:${'00'.repeat(64)}`).split(':');
  const expected = Buffer.from(hash, 'hex');
  const given = await scrypt(password, Buffer.from(salt, 'hex'), expected.length);
  return timingSafeEqual(given, expected) && stored !== undefined;
}

/** Compares two secrets in constant time. */
export function sameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
