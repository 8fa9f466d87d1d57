// Answers, for each { root, importer, specifier } on standard input, with the file that oxc-resolver finds.
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ResolverFactory } from "oxc-resolver";

const suffixes = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
const resolver = new ResolverFactory({
  tsconfig: "auto",
  extensions: suffixes,
  extensionAlias: {
    ".js": [".ts", ".tsx", ".js", ".jsx"],
    ".jsx": [".tsx", ".jsx"],
    ".mjs": [".mts", ".mjs"],
    ".cjs": [".cts", ".cjs"],
  },
  conditionNames: ["import", "require", "node", "default"],
  mainFields: ["main", "module"],
});

const answer = ({ root, importer, specifier }) => {
  const found = resolver.resolveFileSync(join(root, importer), specifier);
  return found.path ? { path: relative(realpathSync(root), found.path) } : { error: found.error ?? "" };
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
