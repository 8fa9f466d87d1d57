"""TypeScript in, module summaries out; the only package that sees a syntax tree."""
