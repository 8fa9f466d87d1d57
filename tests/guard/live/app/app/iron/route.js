import { getIronSession } from 'iron-session';
import { cookies } from 'next/headers';

export async function POST(request) {
  const { userId, role } = await request.json();
  const session = await getIronSession(await cookies(), {
    cookieName: 'app-session',
    password: process.env.SESSION_PASSWORD,
    cookieOptions: { secure: false },
  });
  Object.assign(session, { userId, role });
  await session.save();
  return Response.json({ saved: true });
}
