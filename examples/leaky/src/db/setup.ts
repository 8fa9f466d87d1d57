import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { client } from '.';

/** Creates the tables that are not there yet. */
export async function createTables(): Promise<void> {
  await client.executeMultiple(await readFile(path.join(process.cwd(), 'db/schema.sql'), 'utf8'));
}
