import type { Metadata } from 'next';
import Link from 'next/link';
import { connection } from 'next/server';
import type { ReactNode } from 'react';

export const metadata: Metadata = { title: 'Tally', description: 'Invoices and projects for the self-employed' };

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is rendered per request: the nonce of the content security policy changes each time.
  await connection();
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">Tally</Link> <Link href="/posts">Posts</Link> <Link href="/dashboard">Dashboard</Link>
        </nav>
        {children}
      </body>
    </html>
  );
}
