// Fills an empty database with three accounts, all with the password "correct horse battery".
import { randomBytes, scryptSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createClient } from '@libsql/client';

const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const hash = (password) => {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${scryptSync(password, salt, 64).toString('hex')}`;
};

const [ada, bob, root] = [id(1), id(2), id(3)];
const rows = {
  users: [
    [ada, 'ada@example.test', 'Ada', 'member'],
    [bob, 'bob@example.test', 'Bob', 'member'],
    [root, 'admin@example.test', 'Admin', 'admin'],
  ].map((user) => [...user, hash('correct horse battery'), randomBytes(16).toString('hex')]),
  projects: [
    [id(11), ada, 'Website for the bakery', 0],
    [id(12), bob, 'Logo for the cinema', 0],
  ],
  invoices: [
    [id(21), ada, id(11), 'Bakery', 120000, 'sent', 'Half paid in advance'],
    [id(22), bob, id(12), 'Cinema', 80000, 'draft', 'Waiting for the final size'],
  ],
  posts: [
    [id(31), ada, 'How we bill', 'Monthly, in arrears.', 1],
    [id(32), ada, 'Prices next year', 'Not decided yet.', 0],
    [id(33), bob, 'A good brief', 'Short, with one example.', 1],
  ],
  comments: [[id(41), id(31), bob, 'Same here.']],
};

const client = createClient({ url: process.env.DATABASE_URL || 'file:tally.db' });
await client.executeMultiple(readFileSync(new URL('../db/schema.sql', import.meta.url), 'utf8'));
for (const [table, values] of Object.entries(rows)) {
  for (const args of values) {
    const sql = `insert or ignore into ${table} values (${args.map(() => '?').join(', ')})`;
    await client.execute({ sql, args });
  }
}
client.close();
console.log('Seeded ada@example.test, bob@example.test and admin@example.test.');
