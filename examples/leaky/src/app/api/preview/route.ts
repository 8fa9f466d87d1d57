import { z } from 'zod';
import { problem, withAuth } from '@/lib/door';
import { underLimit } from '@/lib/rate-limit';

const query = z.object({ url: z.url({ protocol: /^https?$/ }).max(2_000) });

// want constrain-fetches missing
export const GET = withAuth(async (request, _context, user) => {
  if (!(await underLimit(`preview:${user.id}`, { max: 20, seconds: 60 }))) return problem(429, 'Slow down');
  const input = query.safeParse({ url: request.nextUrl.searchParams.get('url') });
  if (!input.success) return problem(422, 'Not a web address');
  try {
    const response = await fetch(input.data.url);
    const page = await response.text();
    return Response.json({ title: page.match(/<title>([^<]{1,200})/i)?.[1] ?? '' });
  } catch {
    return problem(422, 'No preview for this address');
  }
});
