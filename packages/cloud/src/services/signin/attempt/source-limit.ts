/**
 * How many failed attempts one source address has: a bucket that failures empty and time fills. It is kept in
 * memory and bounded; what must survive a restart, the guesses at one user's password, is counted with the
 * password.
 */

/** Failed attempts that one source may make at once. */
export const sourceFailuresMax = 20;
/** Time after which it may make one more. */
const refillMs = 15_000;
/** Sources that are remembered at once; the one that was heard longest ago is forgotten first. */
export const sourcesRememberedMax = 10_000;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

/** The limit. */
export interface SourceLimit {
  /** Takes one attempt, or answers false when there is none left. */
  take(source: string, now: number): boolean;
  /** Gives an attempt back that did not fail. */
  giveBack(source: string, now: number): void;
}

/** A limit that nobody has used yet. */
export function createSourceLimit(): SourceLimit {
  const buckets = new Map<string, Bucket>();
  const leftOf = (key: string, now: number): number => {
    const bucket = buckets.get(key);
    if (bucket === undefined) return sourceFailuresMax;
    return Math.min(sourceFailuresMax, bucket.left + Math.max(0, now - bucket.at) / refillMs);
  };
  const keep = (key: string, bucket: Bucket): void => {
    // A full bucket is the same as none.
    buckets.delete(key);
    if (bucket.left >= sourceFailuresMax) return;
    buckets.set(key, bucket);
    const [oldest] = buckets.keys();
    if (buckets.size > sourcesRememberedMax && oldest !== undefined) buckets.delete(oldest);
  };
  return {
    take(source, now) {
      const key = networkOf(source);
      const left = leftOf(key, now);
      if (left < 1) return false;
      keep(key, { left: left - 1, at: now });
      return true;
    },
    giveBack(source, now) {
      const key = networkOf(source);
      keep(key, { left: leftOf(key, now) + 1, at: now });
    },
  };
}

/** One caller has a whole /64 of IPv6 addresses; an IPv4 address stands for itself. */
function networkOf(source: string): string {
  if (!source.includes(":")) return source;
  const [head = "", tail] = source.toLowerCase().split("::");
  const before = head.split(":").filter((group) => group !== "");
  const after = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
