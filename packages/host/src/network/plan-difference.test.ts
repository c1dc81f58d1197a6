import { compileNetwork, emitFull } from "@casemate/net-engine";
import { gatewayWorld } from "@casemate/net-engine/testing";
import { expect, test } from "vitest";
import { smallVpc } from "./testing/small-world.ts";

/** What a kernel may lack where VPCs stand by themselves: the bridge module and the egress hook. */
const optional = /\bbridge\b|\bhook egress\b|\bmaster\b/;

test("a VPC without peerings asks the kernel for no part that only peering needs", () => {
  const { applied: _, ...alone } = emitFull(compileNetwork(smallVpc(1, [80])));
  expect(JSON.stringify(alone)).not.toMatch(optional);
  const { applied: __, ...peered } = emitFull(compileNetwork(gatewayWorld.a));
  expect(JSON.stringify(peered)).toMatch(optional);
});
