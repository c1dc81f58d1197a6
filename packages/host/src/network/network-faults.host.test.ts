import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { VpcModel } from "@casemate/net-engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runCommand } from "./command.ts";
import { namespaceOwner, removeNamespaces, runInNamespace } from "./namespaces.ts";
import type { NetworkDriver } from "./network-driver.ts";
import { buildFaultyDriver } from "./testing/build-faulty-driver.ts";
import type { FaultyDriver } from "./testing/build-faulty-driver.ts";
import { furnished, linked, peered, rerouted } from "./testing/device-world.ts";
import type { FaultKind } from "./testing/faults.ts";
import { pictureOf, takePicture } from "./testing/kernel-picture.ts";
import type { KernelPicture } from "./testing/kernel-picture.ts";
import { networkGate } from "./testing/network-world.ts";
import { smallVpc } from "./testing/small-world.ts";

const gate = await networkGate();
const kinds: readonly FaultKind[] = ["killed before", "killed within", "failed within"];
/** Else every second step fails in one of the ways, the next one in the next. */
const everyKind = process.env["CASEMATE_TEST_FAULTS"] === "all";
const two = smallVpc(1, [80], 2);
const three = smallVpc(1, [80], 3);

/** What stands, and what it is to become; undefined is no VPC at all. */
const changes: readonly (readonly [name: string, from: VpcModel | undefined, to: VpcModel | undefined])[] = [
  ["a first apply", undefined, two],
  ["an attachment", two, three],
  ["a detachment", three, two],
  ["another rule", three, smallVpc(1, [80, 443], 3)],
  ["other routes and a judging ACL", three, rerouted],
  ["routes and an ACL taken back", rerouted, three],
  ["a new peering", three, peered],
  ["a peering that ends", peered, three],
  ["a NAT gateway and endpoints", three, furnished],
  ["a NAT gateway and endpoints that go", furnished, three],
  ["a service and its consumer", three, linked],
  ["a service and its consumer that go", linked, three],
  ["a removal", furnished, undefined],
];

describe.skipIf(!gate.available)(`a driver that fails at any step${gate.title}`, () => {
  let folder: string;
  let state: string;
  let prefix: string;
  let foreign: string;
  let untouched: { host: unknown; foreign: unknown };
  let faulty: FaultyDriver;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "casemate-faults-"));
    state = join(folder, "state");
    faulty = await buildFaultyDriver(folder);
    prefix = namespaceOwner(state).prefix;
    // Somebody else's, and yet called as one of this driver's interfaces could be.
    foreign = `${prefix}e-999`;
    await runCommand("ip", ["netns", "add", foreign]);
    await runInNamespace(foreign, ["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "e999"]);
    const table = "table inet vpc { chain mine { type filter hook forward priority 0; drop; }; }\n";
    await runInNamespace(foreign, ["nft", "-f", "-"], { stdin: table });
    untouched = await readOthers();
  });
  afterAll(async () => {
    await faulty?.createNetworkDriver({ stateDirectory: state }).destroyAll();
    await removeNamespaces([foreign]);
    await rm(folder, { recursive: true, force: true });
  });

  async function readOthers(): Promise<{ host: unknown; foreign: unknown }> {
    const said = async (program: string, ...args: string[]) => (await runCommand(program, args)).stdout;
    const host = {
      rules: await said("nft", "list", "ruleset"),
      routes: await said("ip", "route", "show", "table", "all"),
    };
    return { host, foreign: await pictureOf(foreign) };
  }

  const start = (): NetworkDriver => faulty.createNetworkDriver({ stateDirectory: state });

  async function bring(driver: NetworkDriver, model: VpcModel | undefined): Promise<void> {
    if (model === undefined) await driver.remove({ vpcId: two.vpcId });
    else await driver.apply(model);
  }

  async function picture(): Promise<KernelPicture> {
    const { [foreign.slice(prefix.length)]: _, ...own } = await takePicture(prefix);
    return own;
  }

  /** What a driver without faults makes on an empty host, which is what it makes of what stood before. */
  async function wantedPicture(from: VpcModel | undefined, to: VpcModel | undefined): Promise<KernelPicture> {
    await start().destroyAll();
    // The internet side stands as long as the driver lives, and the fabric once there was a use for it.
    await start().addInternetAddress("192.0.2.10");
    await bring(start(), to);
    const anew = await picture();
    const changing = start();
    await bring(changing, from);
    await bring(changing, to);
    expect(await picture()).toEqual(anew);
    return anew;
  }

  async function stepsOf(from: VpcModel | undefined, to: VpcModel | undefined): Promise<number> {
    const driver = start();
    await bring(driver, from);
    void faulty.arm(undefined);
    await bring(driver, to);
    return faulty.disarm();
  }

  /** Lets the change fail at the step and has it repeated, by the next driver where this one was killed. */
  async function failAndRepeat(
    [from, to]: readonly [VpcModel | undefined, VpcModel | undefined],
    fault: { readonly step: number; readonly kind: FaultKind },
  ): Promise<"as told" | "not at all"> {
    const driver = start();
    await bring(driver, from);
    const killed = faulty.arm(fault).then(() => "killed" as const);
    const ended = bring(driver, to).then(
      () => "ended" as const,
      () => "failed" as const,
    );
    const outcome = await Promise.race([killed, ended]);
    await faulty.settle();
    faulty.disarm();
    await bring(outcome === "failed" ? driver : start(), to);
    return outcome === "ended" ? "not at all" : "as told";
  }

  it.each(changes)("%s: the kernel is brought to the model", { timeout: 300_000 }, async (_, from, to) => {
    const wanted = await wantedPicture(from, to);
    const steps = await stepsOf(from, to);
    expect(steps).toBeGreaterThan(3);
    let told = 0;
    let failed = 0;
    for (let step = 1; step <= steps; step += everyKind ? 1 : 2) {
      for (const kind of everyKind ? kinds : kinds.filter((_, index) => index === step % kinds.length)) {
        told++;
        if ((await failAndRepeat([from, to], { step, kind })) === "as told") failed++;
        expect(await picture(), `${kind} step ${step} of ${steps}`).toEqual(wanted);
      }
    }
    // Steps that run side by side may come in another order, and the last of them be one fewer.
    expect(failed).toBeGreaterThanOrEqual(told - 2 * (told / steps));
    expect(await readOthers()).toEqual(untouched);
  });

  it("leaves nothing when all is removed: no namespace, no file", async () => {
    await start().destroyAll();
    const names = (await readdir("/run/netns")).filter((name) => name.startsWith(prefix));
    expect(names).toEqual([foreign]);
    expect(await readdir(join(state, "network"))).toEqual([]);
    expect(await readOthers()).toEqual(untouched);
  });
});
