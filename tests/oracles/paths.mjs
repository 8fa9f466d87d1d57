// Answers, for each pattern on standard input, with what path-to-regexp itself makes of it and what that matches.
import { readFileSync } from "node:fs";
import { pathToRegexp } from "path-to-regexp";

const answer = ({ kind, pattern, ours, ignoreCase, paths }) => {
  try {
    const theirs = kind === "path" ? pathToRegexp(pattern) : new RegExp(pattern);
    const regexp = new RegExp(theirs.source, ignoreCase ? "i" : "");
    return {
      same: ours === null ? null : new RegExp(ours).source === theirs.source,
      source: theirs.source,
      matches: paths.map((path) => regexp.test(path)),
    };
  } catch (error) {
    return { error: String(error.message) };
  }
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
