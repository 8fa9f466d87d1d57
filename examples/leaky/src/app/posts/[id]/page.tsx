import { notFound } from 'next/navigation';
import { CommentForm, DeletePostForm } from '@/components/forms';
import { findPublishedPost, listComments } from '@/data/posts';
import { currentUserId } from '@/lib/current-user';
import { byId } from '@/lib/door';

export default async function PostPage({ params }: { params: Promise<{ id: string }> }) {
  const parsed = byId.safeParse(await params);
  const post = parsed.success ? await findPublishedPost(parsed.data.id) : undefined;
  if (!post) notFound();
  const comments = await listComments(post.id);
  return (
    <main>
      <h1>{post.title}</h1>
      <p>{post.body}</p>
      <ul>
        {comments.map((comment) => (
          <li key={comment.id}>
            {comment.author}: {comment.body}
          </li>
        ))}
      </ul>
      <CommentForm postId={post.id} />
      {post.authorId === (await currentUserId()) && <DeletePostForm id={post.id} />}
    </main>
  );
}
