// The counts of a test run: how they are summed and said. The closing line of `npm test` and of a single
// vitest run come from here, so that both mean the same.

/**
 * @typedef {{ name: string, reason: string | undefined }} Skip
 * @typedef {{ passed: number, failed: number, skips: Skip[] }} Counts
 */

/**
 * @param {Counts[]} parts
 * @returns {Counts}
 */
export function sumCounts(parts) {
  return {
    passed: parts.reduce((sum, part) => sum + part.passed, 0),
    failed: parts.reduce((sum, part) => sum + part.failed, 0),
    skips: parts.flatMap((part) => part.skips),
  };
}

/**
 * The skipped tests, one line per reason, and the closing line as the last.
 * @param {Counts} counts
 */
export function closingLines(counts) {
  /** @type {Map<string, string[]>} */
  const byReason = new Map();
  for (const { name, reason } of counts.skips) {
    const said = reason ?? "no reason given";
    byReason.set(said, [...(byReason.get(said) ?? []), name]);
  }
  const reasons = [...byReason].map(([reason, names]) =>
    names.length === 1 ? `skipped: ${reason} (${names[0]})` : `skipped: ${reason} (${names.length} tests)`,
  );
  const line = `tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skips.length} skipped`;
  return [...reasons, line];
}
