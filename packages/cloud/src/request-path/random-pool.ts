/**
 * Random bytes drawn in blocks, because the source is slow for a few at a time. For ids only, never for
 * secrets.
 */

const blockBytes = 4096;

/** A source of bytes over a slower one; each byte is given once. */
export function randomPool(random: (bytes: number) => Uint8Array): (bytes: number) => Uint8Array {
  let block = new Uint8Array();
  let used = 0;
  return (bytes) => {
    if (bytes > blockBytes) return random(bytes);
    if (used + bytes > block.length) {
      block = Uint8Array.from(random(blockBytes));
      used = 0;
    }
    used += bytes;
    return block.subarray(used - bytes, used);
  };
}
