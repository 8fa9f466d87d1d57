import { count, eq } from 'drizzle-orm';
import type { NextRequest } from 'next/server';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { withAuth } from '@/lib/door';

/** The partner's pages may read these figures. */
function cors(request: NextRequest): HeadersInit {
  const origin = request.headers.get('origin') ?? '*';
  return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true', Vary: 'Origin' };
}

// want constrain-origins missing
export const GET = withAuth(async (request, _context, user) => {
  const [sent] = await db.select({ total: count() }).from(invoices).where(eq(invoices.ownerId, user.id));
  return Response.json({ invoices: sent.total }, { headers: cors(request) });
});

// want constrain-origins missing
export function OPTIONS(request: NextRequest) {
  return new Response(null, { status: 204, headers: cors(request) });
}
