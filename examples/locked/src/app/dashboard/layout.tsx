import type { ReactNode } from 'react';
import { UserMenu } from '@/components/user-menu';
import { requireUser } from '@/lib/session';

// want seal-session held
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const user = await requireUser();
  return (
    <>
      <UserMenu user={{ name: user.name, email: user.email }} />
      {children}
    </>
  );
}
