import Link from 'next/link';
import { listPublishedPosts } from '@/data/posts';

export default async function PostsPage() {
  const posts = await listPublishedPosts();
  return (
    <main>
      <h1>Posts</h1>
      <ul>
        {posts.map((post) => (
          <li key={post.id}>
            <Link href={`/posts/${post.id}`}>{post.title}</Link> by {post.author}
          </li>
        ))}
      </ul>
    </main>
  );
}
