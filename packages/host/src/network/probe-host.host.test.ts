import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { runCommand } from "./command.ts";
import { removeNamespaces } from "./namespaces.ts";
import { probeHost } from "./probe-host.ts";

/** Above the largest number that Linux gives a process. */
const nobodysPid = 4_194_305;

it("says whether VPCs can be joined, and leaves no link of the trial", async (context) => {
  const { available, reasons, peering } = await probeHost();
  if (!available) context.skip(`(needs real networks: ${reasons.join("; ")})`);
  if (!peering.available) context.skip(`(needs a kernel for peering: ${peering.reason})`);
  const { stdout } = await runCommand("ip", ["-o", "link", "show"]);
  expect(stdout).not.toMatch(/: t(a|b|br)[@:]/);
});

it("removes what a probe that was killed left behind, and nothing else", async (context) => {
  const { available, reasons } = await probeHost();
  if (!available) context.skip(`(needs real networks: ${reasons.join("; ")})`);
  const stale = `cm-probe-${nobodysPid}-0123abcd`;
  const kept = [`cm-probe-${process.pid}-0123abcd`, `cm-probe-${nobodysPid}-other`];
  for (const name of [stale, ...kept]) await runCommand("ip", ["netns", "add", name]);
  try {
    await probeHost();
    expect(existsSync(`/run/netns/${stale}`)).toBe(false);
    for (const name of kept) expect(existsSync(`/run/netns/${name}`)).toBe(true);
  } finally {
    await removeNamespaces(kept);
  }
});
