/** The modules of a QR code: its fixed patterns, the codewords between them, and the mask over these. */
import { qrBlocksFor, qrCodewords } from "./qr-blocks.ts";
import { qrMasks, qrPenalty } from "./qr-masks.ts";

/** Rows of modules; true is dark. */
export type QrModules = readonly (readonly boolean[])[];

/** Modules with those marked that belong to fixed patterns. */
interface Drawing {
  readonly size: number;
  readonly dark: boolean[][];
  readonly fixed: boolean[][];
}

/** The code of a text, in UTF-8, at error correction level M. @throws RangeError when it is too long */
export function qrModules(text: string): QrModules {
  const bytes = new TextEncoder().encode(text);
  const blocks = qrBlocksFor(bytes.length);
  const drawing = fixedPatterns(blocks.version);
  drawCodewords(drawing, qrCodewords(bytes, blocks));
  const masked = qrMasks.map((_, mask) => withMask(drawing, mask));
  const penalties = masked.map(qrPenalty);
  return masked[penalties.indexOf(Math.min(...penalties))] ?? [];
}

function grid(size: number): boolean[][] {
  return Array.from({ length: size }, () => Array.from({ length: size }, () => false));
}

function set({ size, dark, fixed }: Drawing, [x, y]: readonly [number, number], value: boolean): void {
  const [row, marks] = [dark[y], fixed[y]];
  if (row === undefined || marks === undefined || x < 0 || x >= size) return;
  row[x] = value;
  marks[x] = true;
}

function fixedPatterns(version: number): Drawing {
  const size = 4 * version + 17;
  const drawing = { size, dark: grid(size), fixed: grid(size) };
  for (let place = 0; place < size; place += 1) {
    set(drawing, [6, place], place % 2 === 0);
    set(drawing, [place, 6], place % 2 === 0);
  }
  const far = size - 4;
  for (const [x, y] of [
    [3, 3],
    [far, 3],
    [3, far],
  ] as const) {
    square(drawing, [x, y], { reach: 4, light: [2, 4] });
  }
  const centers = alignmentCenters(version, size);
  const last = centers.at(-1) ?? 0;
  for (const x of centers) {
    for (const y of centers) {
      const corner = (x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6);
      if (!corner) square(drawing, [x, y], { reach: 2, light: [1] });
    }
  }
  drawFormat(drawing, 0);
  if (version >= 7) drawVersion(drawing, version);
  return drawing;
}

/** A square of rings about a center; the rings of the given distances are light. */
function square(
  drawing: Drawing,
  [x, y]: readonly [number, number],
  { reach, light }: { readonly reach: number; readonly light: readonly number[] },
): void {
  for (let down = -reach; down <= reach; down += 1) {
    for (let right = -reach; right <= reach; right += 1) {
      set(drawing, [x + right, y + down], !light.includes(Math.max(Math.abs(down), Math.abs(right))));
    }
  }
}

function alignmentCenters(version: number, size: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((size - 13) / (2 * count - 2)) * 2;
  const rest = Array.from({ length: count - 1 }, (_, index) => size - 7 - index * step);
  return [6, ...rest.toReversed()];
}

/** Level and mask with their check bits, twice. */
function drawFormat(drawing: Drawing, mask: number): void {
  // The bits of level M are zero.
  const bits = ((mask << 10) | checkBits(mask, 10, 0x537)) ^ 0x5412;
  const { size } = drawing;
  for (let index = 0; index < 15; index += 1) {
    const value = ((bits >> index) & 1) === 1;
    const along = index < 6 ? index : index + 1;
    set(drawing, index < 8 ? [8, along] : [index === 8 ? 7 : 14 - index, 8], value);
    set(drawing, index < 8 ? [size - 1 - index, 8] : [8, size - 15 + index], value);
  }
  set(drawing, [8, size - 8], true);
}

function drawVersion(drawing: Drawing, version: number): void {
  const bits = (version << 12) | checkBits(version, 12, 0x1f25);
  for (let index = 0; index < 18; index += 1) {
    const value = ((bits >> index) & 1) === 1;
    const far = drawing.size - 11 + (index % 3);
    set(drawing, [far, Math.floor(index / 3)], value);
    set(drawing, [Math.floor(index / 3), far], value);
  }
}

/** The remainder of a BCH code. */
function checkBits(value: number, length: number, generator: number): number {
  let rest = value;
  for (let count = 0; count < length; count += 1) {
    rest = (rest << 1) ^ ((rest >> (length - 1)) * generator);
  }
  return rest;
}

/** Two columns at a time from the right, up and down in turn; the timing column is left out. */
function drawCodewords({ size, dark, fixed }: Drawing, codewords: Uint8Array): void {
  let place = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const upward = ((size - 1 - (right > 6 ? right : right + 1)) / 2) % 2 === 0;
    for (let step = 0; step < size * 2; step += 1) {
      const down = Math.floor(step / 2);
      const y = upward ? size - 1 - down : down;
      const x = right - (step % 2);
      const row = dark[y];
      if (row === undefined || fixed[y]?.[x] === true) continue;
      row[x] = (((codewords[place >> 3] ?? 0) >> (7 - (place & 7))) & 1) === 1;
      place += 1;
    }
  }
}

function withMask(drawing: Drawing, mask: number): boolean[][] {
  const { size, fixed } = drawing;
  const flips = qrMasks[mask] ?? (() => false);
  const dark = drawing.dark.map((row, y) =>
    row.map((module, x) => module !== (fixed[y]?.[x] !== true && flips(x, y))),
  );
  drawFormat({ size, dark, fixed }, mask);
  return dark;
}
