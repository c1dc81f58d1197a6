/**
 * Random bytes from the system, drawn many at a time: a draw of its own for every id costs more than what
 * it is drawn for.
 */
import { randomFillSync } from "node:crypto";

const poolBytes = 4096;
/** More than this at once is drawn alone. */
const pooledBytesMax = 64;

/** A source of random bytes. What it has handed out it keeps no copy of. */
export function createPooledRandom(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  return (bytes) => {
    if (bytes > pooledBytesMax) return randomFillSync(new Uint8Array(bytes));
    if (used + bytes > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = pool.slice(used, used + bytes);
    pool.fill(0, used, (used += bytes));
    return drawn;
  };
}
