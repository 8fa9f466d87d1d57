import NextAuth from 'next-auth';
import Credentials from 'next-auth/providers/credentials';

// Whoever asks is signed in under the name they give: this app only makes sessions for a test to read.
export const { handlers } = NextAuth({
  session: { strategy: 'jwt' },
  providers: [
    Credentials({
      credentials: { name: {}, role: {}, size: {} },
      authorize: ({ name, role, size }) => ({ id: `id-${name}`, name, role, size: Number(size ?? 0) }),
    }),
  ],
  callbacks: {
    jwt({ token, user }) {
      return user ? { ...token, role: user.role, ballast: 'x'.repeat(user.size) } : token;
    },
  },
});
