import { expect, test } from "vitest";
import { nftPhases } from "./nft-phases.ts";

const rewritten = [
  "add set inet vpc new { type ipv4_addr; flags interval; }",
  "add map inet vpc jumps { type mark : verdict; }",
  "add chain inet vpc a",
  "flush chain inet vpc b",
  "delete element inet vpc old { 10.0.0.1 }",
  "add element inet vpc new { 10.0.0.0/8 }",
  "add element inet vpc old { 10.0.0.2 }",
  "add element inet vpc jumps { 0x1 : jump a }",
  "add rule inet vpc b ip saddr @new accept",
];

test("new sets are filled before the rules that look into them, and nothing else comes early", () => {
  const early = [rewritten[0], rewritten[5]];
  const late = rewritten.filter((line) => !early.includes(line));
  expect(nftPhases(`${rewritten.join("\n")}\n`)).toEqual([`${early.join("\n")}\n`, `${late.join("\n")}\n`]);
});

test("a whole ruleset, a change without new sets and one that rewrites no chain stay one transaction", () => {
  for (const nft of [
    "table inet vpc\ndelete table inet vpc\ntable inet vpc {\nset new { type ipv4_addr; }\n}\n",
    "flush chain inet vpc b\nadd rule inet vpc b accept\n",
    "add set inet vpc new { type ipv4_addr; }\nadd element inet vpc new { 10.0.0.1 }\nadd chain inet vpc a\n",
  ]) {
    expect(nftPhases(nft)).toEqual([nft]);
  }
  expect(nftPhases("")).toEqual([]);
});
