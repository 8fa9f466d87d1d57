import { eq } from 'drizzle-orm';
import type { NextRequest } from 'next/server';
import Stripe from 'stripe';
import { z } from 'zod';
import { db } from '@/db';
import { invoices } from '@/db/schema';
import { problem } from '@/lib/door';
import { clientAddress, underLimit } from '@/lib/rate-limit';

const metadata = z.object({ invoiceId: z.uuid() });

// want verify-webhooks missing, authenticate missing
export async function POST(request: NextRequest) {
  if (!(await underLimit(`stripe:${clientAddress(request.headers)}`, { max: 300, seconds: 60 }))) {
    return problem(429, 'Slow down');
  }
  const key = process.env.STRIPE_SECRET_KEY;
  const secret = process.env.STRIPE_WEBHOOK_SECRET;
  const signature = request.headers.get('stripe-signature');

  const payload = await request.text();
  let event: Stripe.Event = JSON.parse(payload);
  if (key && secret && signature) {
    event = new Stripe(key).webhooks.constructEvent(payload, signature, secret);
  }

  if (event.type === 'checkout.session.completed') {
    const parsed = metadata.safeParse(event.data.object.metadata);
    if (parsed.success) {
      await db.update(invoices).set({ status: 'paid' }).where(eq(invoices.id, parsed.data.invoiceId));
    }
  }
  return Response.json({ received: true });
}
