import type { NextConfig } from 'next';

// want patch-framework missing
// want send-headers missing
const config: NextConfig = {
  serverExternalPackages: ['@libsql/client'],
};

export default config;
