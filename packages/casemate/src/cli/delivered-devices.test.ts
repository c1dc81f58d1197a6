import { expect, test } from "vitest";
import { parseDelivery, readDelivery } from "./delivered-devices.ts";

test("a delivery is read line by line", () => {
  const text = "\uFEFF# serial,seed\r\nGAHT12345678, GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n\nGAHT12345679,00ff\n";
  expect(parseDelivery(text)).toEqual([
    { serial: "GAHT12345678", seed: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" },
    { serial: "GAHT12345679", seed: "00ff" },
  ]);
});

test.each(["GAHT12345678", "GAHT12345678,", ",GEZD", "GAHT12345678,GEZD,30"])(
  "a line that is not that is named, but not told: %s",
  (line) => {
    expect(() => parseDelivery(`#\n${line}`)).toThrow(/^Line 2 is no serial number, comma and seed\.$/);
  },
);

test("a file that is not there is refused", () => {
  expect(() => readDelivery("/nowhere/tokens.csv")).toThrow("/nowhere/tokens.csv cannot be read.");
});
