/** The eight masks of QR codes, and the penalty by which the one that is easiest to read is chosen. */

/** Which modules each mask turns. */
export const qrMasks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The penalty of ISO/IEC 18004, section 7.8.3. */
export function qrPenalty(dark: readonly (readonly boolean[])[]): number {
  const rows = dark.map(digits);
  const columns = dark.map((_, x) => digits(dark.map((row) => row[x] === true)));
  const all = rows.join("");
  const share = (all.split("1").length - 1) / all.length;
  const balance = Math.floor(Math.abs(share * 100 - 50) / 5) * 10;
  const lines = [...rows, ...columns].map(linePenalty);
  return lines.reduce((sum, each) => sum + each, squarePenalty(rows) + balance);
}

function digits(row: readonly boolean[]): string {
  return row.map((module) => (module ? "1" : "0")).join("");
}

function linePenalty(line: string): number {
  const runs = line.match(/0{5,}|1{5,}/g) ?? [];
  const finders = line.match(/(?=10111010000|00001011101)/g) ?? [];
  return runs.reduce((sum, run) => sum + run.length - 2, finders.length * 40);
}

function squarePenalty(rows: readonly string[]): number {
  let squares = 0;
  for (const [y, row] of rows.entries()) {
    const below = rows[y + 1];
    if (below === undefined) break;
    for (let x = 0; x + 1 < row.length; x += 1) {
      const four = row.slice(x, x + 2) + below.slice(x, x + 2);
      if (four === "0000" || four === "1111") squares += 1;
    }
  }
  return squares * 3;
}
