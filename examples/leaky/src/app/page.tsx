import Link from 'next/link';
import { ContactForm } from '@/components/forms';

export default function HomePage() {
  return (
    <main>
      <h1>Tally</h1>
      <p>
        <Link href="/login">Log in</Link> or <Link href="/signup">sign up</Link>.
      </p>
      <h2>Write to us</h2>
      <ContactForm />
    </main>
  );
}
