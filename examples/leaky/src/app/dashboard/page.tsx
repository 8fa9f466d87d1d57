import { eq } from 'drizzle-orm';
import Link from 'next/link';
import { InvoiceForm, ProfileForm, SendInvoiceForm } from '@/components/forms';
import { listInvoices } from '@/data/invoices';
import { db } from '@/db';
import { projects } from '@/db/schema';
import { requireUser } from '@/lib/session';

export default async function DashboardPage() {
  const user = await requireUser();
  const [invoices, ownProjects] = await Promise.all([
    listInvoices(user.id),
    db.select({ id: projects.id, name: projects.name }).from(projects).where(eq(projects.ownerId, user.id)),
  ]);
  return (
    <main>
      <h1>Invoices</h1>
      <ul>
        {invoices.map((invoice) => (
          <li key={invoice.id}>
            {invoice.customer}: {(invoice.amountCents / 100).toFixed(2)} ({invoice.status})
            <SendInvoiceForm id={invoice.id} />
          </li>
        ))}
      </ul>
      <InvoiceForm />
      <h2>Projects</h2>
      <ul>
        {ownProjects.map((project) => (
          <li key={project.id}>
            <Link href={`/projects/${project.id}`}>{project.name}</Link>
          </li>
        ))}
      </ul>
      <h2>Profile</h2>
      <ProfileForm name={user.name} />
    </main>
  );
}
