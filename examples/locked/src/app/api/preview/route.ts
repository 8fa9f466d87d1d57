import { z } from 'zod';
import { problem, withAuth } from '@/lib/door';
import { underLimit } from '@/lib/rate-limit';
import { fetchPublicText } from '@/lib/safe-fetch';

const query = z.object({ url: z.url({ protocol: /^https?$/ }).max(2_000) });

// want constrain-fetches held
export const GET = withAuth(async (request, _context, user) => {
  if (!(await underLimit(`preview:${user.id}`, { max: 20, seconds: 60 }))) return problem(429, 'Slow down');
  const input = query.safeParse({ url: request.nextUrl.searchParams.get('url') });
  if (!input.success) return problem(422, 'Not a web address');
  try {
    const page = await fetchPublicText(new URL(input.data.url));
    return Response.json({ title: page.match(/<title>([^<]{1,200})/i)?.[1] ?? '' });
  } catch {
    return problem(422, 'No preview for this address');
  }
});
