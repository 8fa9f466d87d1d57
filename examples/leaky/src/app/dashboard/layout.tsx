import { eq } from 'drizzle-orm';
import type { ReactNode } from 'react';
import { UserMenu } from '@/components/user-menu';
import { db } from '@/db';
import { users } from '@/db/schema';
import { requireUser } from '@/lib/session';

// want seal-session missing
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const { id } = await requireUser();
  const user = await db.query.users.findFirst({ where: eq(users.id, id) });
  return (
    <>
      {user && <UserMenu user={user} />}
      {children}
    </>
  );
}
