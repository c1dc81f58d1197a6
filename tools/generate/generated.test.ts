// The committed tables and types are what the installed SDK says, byte for byte.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generate, services } from "./generate.ts";

describe("generated files", () => {
  it.each(services)("of %s are up to date", async (id) => {
    const files = await generate(id);
    expect(files.length).toBeGreaterThan(1);
    const stale = files.filter(({ path, text }) => readFileSync(join(process.cwd(), path), "utf8") !== text);
    expect(stale.map(({ path }) => path)).toEqual([]);
  });
});
