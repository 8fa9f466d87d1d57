'use client';

import { logout } from '@/app/(auth)/actions';

export function UserMenu({ user }: { user: { name: string; email: string } }) {
  return (
    <form action={logout}>
      {user.name} ({user.email}) <button>Log out</button>
    </form>
  );
}
