// Answers, for each range on standard input, with what npm's semver makes of it; and the order of the versions.
import { readFileSync } from "node:fs";
import semver from "semver";

const answer = ({ range, versions }) => {
  if (semver.validRange(range) === null) return { error: "not a range" };
  return {
    lowest: semver.minVersion(range)?.version ?? null,
    admitted: versions.filter((version) => semver.satisfies(version, range)),
    sorted: semver.sort([...versions]),
  };
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
