import { z } from 'zod';
import { findInvoice } from '@/data/invoices';
import { byId, problem, withAuth } from '@/lib/door';

const query = z.object({ title: z.string().max(80).default('Invoice') });

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

// want encode-output held
export const GET = withAuth(async (request, context, user) => {
  const params = byId.safeParse(await context.params);
  const search = query.safeParse(Object.fromEntries(request.nextUrl.searchParams));
  if (!params.success || !search.success) return problem(404, 'Not found');
  const invoice = await findInvoice(user.id, params.data.id);
  if (!invoice) return problem(404, 'Not found');

  const title = escapeHtml(search.data.title);
  const html = `<!doctype html><title>${title}</title>
<h1>${title}</h1>
<p>${escapeHtml(invoice.customer)}: ${(invoice.amountCents / 100).toFixed(2)}</p>
<p>${escapeHtml(invoice.notes)}</p>`;
  return new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
});
