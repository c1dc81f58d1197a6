import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { errorCorrection, product, qrBlocks, qrBlocksFor, qrVersionMax } from "./qr-blocks.ts";
import { qrModules } from "./qr-modules.ts";
import { qrModulePixels, qrPng, qrQuietModules } from "./qr-png.ts";

const rowsOf = (text: string): string[] =>
  qrModules(text).map((row) => row.map((dark) => (dark ? "#" : ".")).join(""));

describe("QR codes", () => {
  // Each of these codes was read back by a scanner when its digest was written down.
  it.each([
    ["A", 21, "c8529cd82afac26f"],
    [
      "otpauth://totp/Amazon%20Web%20Services:ana@111122223333?secret=GEZDGNBVGY3TQOJQ",
      37,
      "4173df4f640f70f7",
    ],
    ["x".repeat(300), 69, "2abaf9ed149140d4"],
    ["z".repeat(997), 117, "cf3175e49ebd65cb"],
  ])("of %j are as a scanner read them", (text, size, digest) => {
    const rows = rowsOf(text);
    expect(rows).toHaveLength(size);
    expect(createHash("sha256").update(rows.join("\n")).digest("hex").slice(0, 16)).toBe(digest);
  });

  it("carry finders in three corners and a dark module", () => {
    const rows = rowsOf("A");
    const finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];
    expect(rows.slice(0, 7).map((row) => row.slice(0, 7))).toEqual(finder);
    expect(rows.slice(0, 7).map((row) => row.slice(-7))).toEqual(finder);
    expect(rows.slice(-7).map((row) => row.slice(0, 7))).toEqual(finder);
    expect(rows[13]?.[8]).toBe("#");
  });

  it("grow with their text and refuse more than the largest holds", () => {
    expect(qrBlocksFor(14).version).toBe(1);
    expect(qrBlocksFor(15).version).toBe(2);
    expect(qrBlocksFor(997).version).toBe(qrVersionMax);
    expect(() => qrBlocksFor(998)).toThrow(RangeError);
  });

  it("have codewords that the roots of their generator divide", () => {
    const data = Uint8Array.from({ length: 40 }, (_, index) => (index * 37 + 11) & 255);
    for (let version = 1; version <= qrVersionMax; version += 1) {
      const { correction } = qrBlocks(version);
      const word = [...data, ...errorCorrection(data, correction)];
      let root = 1;
      for (let count = 0; count < correction; count += 1) {
        expect(word.reduce((sum, each) => product(sum, root) ^ each, 0)).toBe(0);
        root = product(root, 2);
      }
    }
  });
});

describe("the picture of a QR code", () => {
  it("is a PNG with one bit for each pixel, of which the dark ones are the modules", () => {
    const png = Buffer.from(qrPng("A"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    const side = (21 + 2 * qrQuietModules) * qrModulePixels;
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([side, side, 1, 0]);
    const pixels = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
    const lineBytes = 1 + Math.ceil(side / 8);
    expect(pixels).toHaveLength(lineBytes * side);
    const modules = qrModules("A");
    const wrong: number[][] = [];
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const white = ((pixels[y * lineBytes + 1 + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
        const place = (at: number): number => Math.floor(at / qrModulePixels) - qrQuietModules;
        if ((white === 0) !== (modules[place(y)]?.[place(x)] ?? false)) wrong.push([x, y]);
      }
    }
    expect(wrong).toEqual([]);
  });
});
