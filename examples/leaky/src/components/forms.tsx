'use client';

import { useAction } from 'next-safe-action/hooks';
import { useActionState, useState, type FormEvent } from 'react';
import { signup } from '@/app/(auth)/actions';
import { createInvoice, sendInvoice, updateProfile } from '@/app/dashboard/actions';
import { addComment, deletePost } from '@/app/posts/actions';

async function postJson(url: string, form: HTMLFormElement): Promise<Response> {
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  return fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
}

export function LoginForm() {
  const [message, setMessage] = useState('');
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const response = await postJson('/api/auth/login', event.currentTarget);
    if (response.ok) window.location.assign('/dashboard');
    else setMessage('Wrong email or password');
  }
  return (
    <form onSubmit={submit}>
      <input name="email" type="email" placeholder="Email" required />
      <input name="password" type="password" placeholder="Password" required />
      <button>Log in</button>
      <output>{message}</output>
    </form>
  );
}

export function ContactForm() {
  const [message, setMessage] = useState('');
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const response = await postJson('/api/contact', event.currentTarget);
    setMessage(response.ok ? 'Thank you' : 'Try again later');
  }
  return (
    <form onSubmit={submit}>
      <input name="email" type="email" placeholder="Email" required />
      <textarea name="body" placeholder="Message" required />
      <button>Send</button>
      <output>{message}</output>
    </form>
  );
}

export function SignupForm() {
  const [state, action, pending] = useActionState(signup, null);
  return (
    <form action={action}>
      <input name="name" placeholder="Name" required />
      <input name="email" type="email" placeholder="Email" required />
      <input name="password" type="password" placeholder="Password" minLength={12} required />
      <button disabled={pending}>Sign up</button>
      <output>{state?.message}</output>
    </form>
  );
}

export function ProfileForm({ name }: { name: string }) {
  const [state, action, pending] = useActionState(updateProfile, null);
  return (
    <form action={action}>
      <input name="name" defaultValue={name} required />
      <button disabled={pending}>Save</button>
      <output>{state?.message}</output>
    </form>
  );
}

export function CommentForm({ postId }: { postId: string }) {
  const [state, action, pending] = useActionState(addComment, null);
  return (
    <form action={action}>
      <input type="hidden" name="postId" value={postId} />
      <textarea name="body" placeholder="Comment" required />
      <button disabled={pending}>Comment</button>
      <output>{state?.message}</output>
    </form>
  );
}

export function DeletePostForm({ id }: { id: string }) {
  return (
    <form action={deletePost}>
      <input type="hidden" name="id" value={id} />
      <button>Delete this post</button>
    </form>
  );
}

export function InvoiceForm() {
  const { execute, result } = useAction(createInvoice);
  function submit(form: FormData) {
    execute({ customer: String(form.get('customer')), amountCents: Math.round(Number(form.get('amount')) * 100) });
  }
  return (
    <form action={submit}>
      <input name="customer" placeholder="Customer" required />
      <input name="amount" type="number" step="0.01" placeholder="Amount" required />
      <button>New invoice</button>
      <output>{result.data?.message ?? result.serverError}</output>
    </form>
  );
}

export function SendInvoiceForm({ id }: { id: string }) {
  const { execute, result } = useAction(sendInvoice);
  return (
    <form action={(form) => execute({ id, to: String(form.get('to')) })}>
      <input name="to" type="email" placeholder="Customer's email" required />
      <button>Send</button>
      <output>{result.data?.message ?? result.serverError}</output>
    </form>
  );
}
