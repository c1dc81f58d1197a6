// The strict readers of scalars: what JavaScript writes is read back, and nothing has two spellings.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBase64, parseBoolean, parseDecimal, parseInteger, parseTime } from "./scalar-text.ts";

describe("scalars in text", () => {
  it("integers are read back, and every text read is the one form of its integer", () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => parseInteger(String(value)) === value));
    fc.assert(
      fc.property(fc.stringMatching(/^[-+ 0-9.exX]{0,18}$/), (text) => {
        const value = parseInteger(text);
        expect(value === undefined || String(value) === text).toBe(true);
      }),
    );
    expect(
      ["", "-", "-0", "+1", "01", "1.", "1e3", "0x1", " 1", "9007199254740992"].map(parseInteger),
    ).toEqual(Array.from({ length: 10 }, () => undefined));
  });

  it("decimals are plain", () => {
    expect(["0.5", "-10.25", "7"].map(parseDecimal)).toEqual([0.5, -10.25, 7]);
    expect([".5", "1.", "1e3", "NaN", "Infinity", "1,5", ""].map(parseDecimal)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
  });

  it("booleans are two words", () => {
    expect(["true", "false", "True", "1", ""].map(parseBoolean)).toEqual([
      true,
      false,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("base64 is canonical", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/=\n -]{0,12}$/), (text) => {
        const bytes = parseBase64(text);
        expect(bytes === undefined || Buffer.from(bytes).toString("base64") === text).toBe(true);
      }),
    );
    expect(parseBase64("aGl=")).toBeUndefined();
  });

  it("times are read back, with offsets and without", () => {
    const instants = fc.date({
      min: new Date("0001-01-01"),
      max: new Date("9999-12-31"),
      noInvalidDate: true,
    });
    fc.assert(fc.property(instants, (time) => parseTime(time.toISOString())?.getTime() === time.getTime()));
    expect(parseTime("2026-11-24T22:55:02+01:00")).toEqual(new Date("2026-11-24T21:55:02Z"));
    expect(parseTime("2026-11-24T20:25:02.5-0130")).toEqual(new Date("2026-11-24T21:55:02.500Z"));
    expect(parseTime("2026-11-24")).toEqual(new Date("2026-11-24T00:00:00Z"));
    expect(parseTime("2026-11-24T21:55:02")).toEqual(new Date("2026-11-24T21:55:02Z"));
    const wrong = [
      "2026-02-30",
      "2026-13-01",
      "2026-11-24T24:00:00Z",
      "2026-11-24T21:60:00Z",
      "1764021302",
      "now",
      "2026-11-24T21:55:02+99:00",
    ];
    expect(wrong.map(parseTime)).toEqual(wrong.map(() => undefined));
  });
});
