import { z } from 'zod';
import { findInvoice } from '@/data/invoices';
import { byId, problem, withAuth } from '@/lib/door';

const query = z.object({ title: z.string().max(80).default('Invoice') });

// want encode-output missing
export const GET = withAuth(async (request, context, user) => {
  const params = byId.safeParse(await context.params);
  const search = query.safeParse(Object.fromEntries(request.nextUrl.searchParams));
  if (!params.success || !search.success) return problem(404, 'Not found');
  const invoice = await findInvoice(user.id, params.data.id);
  if (!invoice) return problem(404, 'Not found');

  const title = search.data.title;
  const html = `<!doctype html><title>${title}</title>
<h1>${title}</h1>
<p>${invoice.customer}: ${(invoice.amountCents / 100).toFixed(2)}</p>
<p>${invoice.notes}</p>`;
  return new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
});
