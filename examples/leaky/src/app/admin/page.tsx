import { db } from '@/db';
import { users } from '@/db/schema';
import { requireAdmin } from '@/lib/session';

export default async function AdminPage() {
  await requireAdmin();
  const accounts = await db.select({ id: users.id, email: users.email, role: users.role }).from(users);
  return (
    <main>
      <h1>Accounts</h1>
      <ul>
        {accounts.map((account) => (
          <li key={account.id}>
            {account.email} ({account.role})
          </li>
        ))}
      </ul>
    </main>
  );
}
