export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  if (!process.env.SESSION_SECRET) {
    console.warn('SESSION_SECRET is not set: nobody can log in. Copy .env.example to .env.');
  }
  const { createTables } = await import('./db/setup');
  await createTables();
}
