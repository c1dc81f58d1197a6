/**
 * The codewords of a QR code: text in byte mode, cut into blocks with their Reed-Solomon error correction of
 * level M, and interleaved. ISO/IEC 18004, sections 7.4 to 7.6.
 */

/** The largest version that is made: 997 bytes of text. */
export const qrVersionMax = 25;

/** By version: error correction codewords of a block, and the number of blocks, of level M. */
const correctionLengths = [
  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28,
];
const blockCounts = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21];

/** How the codewords of a version lie in blocks; the last `long` blocks have one data codeword more. */
export interface QrBlocks {
  readonly version: number;
  readonly count: number;
  readonly correction: number;
  readonly data: number;
  readonly long: number;
}

/** The blocks of a version. */
export function qrBlocks(version: number): QrBlocks {
  const count = blockCounts[version - 1] ?? 1;
  const correction = correctionLengths[version - 1] ?? 0;
  const codewords = Math.floor(dataModules(version) / 8);
  const data = Math.floor(codewords / count) - correction;
  return { version, count, correction, data, long: codewords % count };
}

/** The smallest blocks that hold a text of so many bytes. @throws RangeError when there are none */
export function qrBlocksFor(length: number): QrBlocks {
  for (let version = 1; version <= qrVersionMax; version += 1) {
    const blocks = qrBlocks(version);
    const bytes = blocks.data * blocks.count + blocks.long;
    if (4 + countBits(version) + length * 8 <= bytes * 8) return blocks;
  }
  throw new RangeError("The text is too long for a QR code.");
}

/** The codewords in the order they are drawn in. */
export function qrCodewords(text: Uint8Array, blocks: QrBlocks): Uint8Array {
  const data = dataCodewords(text, blocks);
  const parts: Uint8Array[] = [];
  const checks: Uint8Array[] = [];
  let at = 0;
  for (let index = 0; index < blocks.count; index += 1) {
    const length = blocks.data + (index >= blocks.count - blocks.long ? 1 : 0);
    const part = data.subarray(at, at + length);
    parts.push(part);
    checks.push(errorCorrection(part, blocks.correction));
    at += length;
  }
  return Uint8Array.from([...interleaved(parts, blocks.data + 1), ...interleaved(checks, blocks.correction)]);
}

function countBits(version: number): number {
  return version < 10 ? 8 : 16;
}

function dataCodewords(text: Uint8Array, blocks: QrBlocks): Uint8Array {
  const bytes = blocks.data * blocks.count + blocks.long;
  const width = countBits(blocks.version);
  const digits = [text.length.toString(2).padStart(width, "0"), ...[...text].map(byteBits)].join("");
  const bits = `0100${digits}0000`.slice(0, bytes * 8);
  const used = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
  const filled = Array.from({ length: bytes - used.length }, (_, index) => (index % 2 === 0 ? 0xec : 0x11));
  return Uint8Array.from([...used, ...filled]);
}

function byteBits(byte: number): string {
  return byte.toString(2).padStart(8, "0");
}

function interleaved(parts: readonly Uint8Array[], length: number): number[] {
  const list: number[] = [];
  for (let place = 0; place < length; place += 1) {
    for (const part of parts) if (place < part.length) list.push(part[place] ?? 0);
  }
  return list;
}

/** Modules that are left for codewords, in a code of this version. */
function dataModules(version: number): number {
  const all = (16 * version + 128) * version + 64;
  if (version < 2) return all;
  const alignments = Math.floor(version / 7) + 2;
  return all - ((25 * alignments - 10) * alignments - 55) - (version < 7 ? 0 : 36);
}

/** The remainder of the data by the generator of so many roots, in GF(256). */
export function errorCorrection(data: Uint8Array, length: number): Uint8Array {
  const generator = generatorOf(length);
  const remainder = new Uint8Array(length);
  for (const byte of data) {
    const factor = byte ^ (remainder[0] ?? 0);
    remainder.copyWithin(0, 1);
    remainder[length - 1] = 0;
    for (const [place, coefficient] of generator.entries()) {
      remainder[place] = (remainder[place] ?? 0) ^ product(coefficient, factor);
    }
  }
  return remainder;
}

/** Coefficients of the product of (x - 2^i), without the leading one. */
function generatorOf(length: number): Uint8Array {
  const generator = new Uint8Array(length);
  generator[length - 1] = 1;
  let root = 1;
  for (let count = 0; count < length; count += 1) {
    for (let place = 0; place < length; place += 1) {
      const next = generator[place + 1] ?? 0;
      generator[place] = product(generator[place] ?? 0, root) ^ next;
    }
    root = product(root, 2);
  }
  return generator;
}

/** Multiplication in GF(256) by the polynomial of QR codes, 0x11d. */
export function product(one: number, other: number): number {
  let result = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    result = (result << 1) ^ ((result >> 7) * 0x11d);
    result ^= ((other >> bit) & 1) * one;
  }
  return result;
}
