import type { NextConfig } from 'next';

// The Content-Security-Policy carries a nonce per request, so src/proxy.ts sets it.
const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Strict-Transport-Security', value: 'max-age=63072000; includeSubDomains' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=()' },
];

// want patch-framework held
// want send-headers held
const config: NextConfig = {
  poweredByHeader: false,
  serverExternalPackages: ['@libsql/client'],
  headers: async () => [{ source: '/:path*', headers: securityHeaders }],
};

export default config;
