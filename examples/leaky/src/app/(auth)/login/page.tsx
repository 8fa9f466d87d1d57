import { LoginForm } from '@/components/forms';

export default function LoginPage() {
  return (
    <main>
      <h1>Log in</h1>
      <LoginForm />
    </main>
  );
}
