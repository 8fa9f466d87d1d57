import type { NextApiRequest, NextApiResponse } from 'next';
import { z } from 'zod';
import { listInvoices } from '@/data/invoices';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { readSession, SESSION_COOKIE } from '@/lib/session';

const settled = z.strictObject({
  customer: z.string().min(1).max(120),
  amountCents: z.int().positive(),
  ownerId: z.uuid(),
});

// want authenticate missing, derive-identity missing
export default async function handler(request: NextApiRequest, response: NextApiResponse) {
  if (request.method === 'GET') {
    const session = await readSession(request.cookies[SESSION_COOKIE]);
    if (!session) return response.status(401).json({ title: 'Sign in first', status: 401 });
    return response.json(await listInvoices(session.user.id));
  }

  if (request.method === 'POST') {
    const input = settled.safeParse(request.body);
    if (!input.success) return response.status(422).json({ title: 'Check the fields', status: 422 });
    const { customer, amountCents, ownerId } = input.data;
    await db.insert(invoices).values({ customer, amountCents, status: 'paid', ownerId });
    return response.status(201).json({ created: true });
  }

  return response.setHeader('Allow', 'GET, POST').status(405).end();
}
