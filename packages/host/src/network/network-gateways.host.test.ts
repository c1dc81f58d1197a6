import { readFile } from "node:fs/promises";

import type { VpcModel } from "@casemate/net-engine";
import { changedWorld, readGatewayProbes } from "@casemate/net-engine/testing";
import type { GatewayProbe } from "@casemate/net-engine/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { GatewayWorldOnHost } from "./testing/gateway-world.ts";
import { networkGate } from "./testing/network-world.ts";

const gate = await networkGate();
const table = new URL("../../../net-engine/src/cases/gateway-probes.tsv", import.meta.url);
const probes = readGatewayProbes(await readFile(table, "utf8"));
const changes = [...new Set(probes.map(({ change }) => change))];
// Nobody answers, or the sender's own namespace says so at once.
const silent = /^(timeout|Invalid argument|Network is unreachable|No route to host)$/;

let world: GatewayWorldOnHost;

function wantedOf({ expect: outcome, seen }: GatewayProbe): string {
  return outcome === "ok" ? `ok ${seen}` : "nothing";
}

describe.skipIf(!gate.available)(`packets through gateways${gate.title}`, () => {
  beforeAll(async () => {
    world = await GatewayWorldOnHost.create();
  });
  afterAll(async () => {
    await world?.end();
  });

  it.each(changes)("go as the probes say: %s", async (change) => {
    const { a, b, c, p } = changedWorld(change);
    const models: readonly VpcModel[] = [a, b, c, p];
    await world.apply(models);
    const own = probes.filter((probe) => probe.change === change);
    const results = await Promise.all(
      own.map(async (probe) => {
        const result = await world.send(probe);
        return [`${probe.probe} ${probe.name}`, silent.test(result) ? "nothing" : result];
      }),
    );
    expect(Object.fromEntries(results)).toEqual(
      Object.fromEntries(own.map((probe) => [`${probe.probe} ${probe.name}`, wantedOf(probe)])),
    );
  });

  it("bring a lease request to the router under the address of the interface that sent it", async () => {
    const heard = await world.heardLeaseRequest("app", "eth0");
    expect(heard).toEqual({ address: "10.0.2.10", port: 68 });
  });

  it("time to live 1 reaches a peer, and 64 arrives as it was sent", async () => {
    expect(await world.timeToLive("web", "10.1.1.10", 1)).toBe(1);
    expect(await world.timeToLive("web", "10.1.1.10", 64)).toBe(64);
  });
});
