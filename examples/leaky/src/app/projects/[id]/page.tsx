import { and, eq } from 'drizzle-orm';
import { revalidatePath } from 'next/cache';
import { notFound, redirect } from 'next/navigation';
import { z } from 'zod';
import { db } from '@/db';
import { projects } from '@/db/schema';
import { byId } from '@/lib/door';
import { requireUser } from '@/lib/session';

const rename = z.object({ id: z.uuid(), name: z.string().trim().min(1).max(120) });

export default async function ProjectPage({ params }: { params: Promise<{ id: string }> }) {
  const user = await requireUser();
  const parsed = byId.safeParse(await params);
  if (!parsed.success) notFound();
  const [project] = await db
    .select({ id: projects.id, name: projects.name })
    .from(projects)
    .where(and(eq(projects.id, parsed.data.id), eq(projects.ownerId, user.id)))
    .limit(1);
  if (!project) notFound();

  // want authenticate missing, scope-to-owner missing
  async function renameProject(form: FormData) {
    'use server';
    const input = rename.safeParse(Object.fromEntries(form));
    if (!input.success) return;
    await db.update(projects).set({ name: input.data.name }).where(eq(projects.id, input.data.id));
    revalidatePath('/dashboard');
    redirect('/dashboard');
  }

  return (
    <main>
      <h1>{project.name}</h1>
      <form action={renameProject}>
        <input type="hidden" name="id" value={project.id} />
        <input name="name" defaultValue={project.name} required />
        <button>Rename</button>
      </form>
    </main>
  );
}
