import { readFileSync } from "node:fs";
import { expect, describe, it } from "vitest";

import { runIpBatch } from "./ip-batch.ts";
import { namespacePath } from "./namespaces.ts";
import { behindRoute, changingEnis, changingVpc, places } from "./testing/changing-world.ts";
import type { ChangingState, Receiver } from "./testing/changing-world.ts";
import { DatagramReceiver, DatagramSender } from "./testing/datagram-stream.ts";
import type { SentDatagram } from "./testing/datagram-stream.ts";
import { networkGate, temporaryDriver } from "./testing/network-world.ts";

const gate = await networkGate();
const changesWanted = Number(process.env["CASEMATE_TEST_RULE_CHANGES"] ?? 300);
const ratePerSecond = rateThatIsTracked();
/** Datagrams between two changes, so that the state itself is looked at and not only its beginning. */
const between = 12;
/** Between a send and its delivery another change must not begin for the state to be certain. */
const marginNs = 3_000_000n;

/** A state and when it held: from the end of the apply that made it to the begin of the next. */
interface Period {
  readonly state: ChangingState;
  readonly from: bigint;
  until: bigint;
}

/** Every datagram is a flow that is remembered for 30 s at both ends: the table must hold them all. */
function rateThatIsTracked(): number {
  try {
    const flows = Number(readFileSync("/proc/sys/net/netfilter/nf_conntrack_max", "utf8"));
    return Math.min(2000, Math.floor(flows / 100));
  } catch {
    return 600;
  }
}

/** The states that a datagram may have met: one, or two where it was sent around a change. */
function statesAt(periods: readonly Period[], { before, after }: SentDatagram): readonly ChangingState[] {
  const possible = periods.filter(
    (_, index) =>
      // A state begins to hold somewhere within its apply and may hold until the end of the next one.
      (periods[index - 1]?.until ?? 0n) <= after + marginNs && before <= (periods[index + 1]?.from ?? before),
  );
  return possible.map(({ state }) => state);
}

function describeFault(
  what: string,
  { number, place }: SentDatagram,
  states: readonly ChangingState[],
): string {
  const { place: host, port } = places[place] ?? { place: "", port: 0 };
  return `${what} ${number} to ${host}:${port} in ${JSON.stringify(states)}`;
}

describe.skipIf(!gate.available)(`rules that change under traffic${gate.title}`, () => {
  it(`let pass in ${changesWanted} changes what the old or new ones allow, and lose nothing of both`, async () => {
    const { driver, end } = await temporaryDriver();
    const streams: { kill(): void }[] = [];
    try {
      let state: ChangingState = { ruled: false, open: true, detour: 0 };
      await driver.apply(changingVpc(state));
      await driver.addInternetAddress(behindRoute);
      for (const number of [changingEnis.left, changingEnis.right]) {
        await runIpBatch(driver.netnsOf(number), [`addr add ${behindRoute}/32 dev lo`]);
      }
      const ports = places.map(({ port }) => port);
      const receive = async (netns: string) => {
        const receiver = await DatagramReceiver.open(namespacePath(netns), ports);
        streams.push(receiver);
        return receiver;
      };
      const receivers: Record<Receiver, DatagramReceiver> = {
        server: await receive(driver.netnsOf(changingEnis.server)),
        left: await receive(driver.netnsOf(changingEnis.left)),
        right: await receive(driver.netnsOf(changingEnis.right)),
        internet: await receive(driver.internetNetns),
      };
      const sender = new DatagramSender(
        namespacePath(driver.netnsOf(changingEnis.sender)),
        ratePerSecond,
        places.map(({ place, port }) => `${place}:${port}`),
      );
      streams.push(sender);
      const periods: Period[] = [{ state, from: 0n, until: 0n }];
      await sender.more(between);
      for (let change = 0; change < changesWanted; change++) {
        const { ruled, open, detour } = state;
        const next = [
          { ruled: !ruled, open, detour },
          { ruled, open: !open, detour },
          { ruled, open, detour: detour === 0 ? 1 : 0 },
          { ruled: !ruled, open: !open, detour: detour === 0 ? 1 : 0 },
        ] as const;
        state = next[change % next.length] ?? state;
        const standing = periods.at(-1);
        if (standing !== undefined) standing.until = process.hrtime.bigint();
        await driver.apply(changingVpc(state));
        periods.push({ state, from: process.hrtime.bigint(), until: 0n });
        await sender.more(between);
      }
      const last = periods.at(-1);
      if (last !== undefined) last.until = process.hrtime.bigint() + 10n ** 12n;
      const sent = await sender.end();
      const arrived = new Map<number, Receiver[]>();
      for (const name of ["server", "left", "right", "internet"] as const) {
        for (const number of await receivers[name].end()) {
          arrived.set(number, [...(arrived.get(number) ?? []), name]);
        }
      }
      const faults: string[] = [];
      const certain = places.map(() => 0);
      for (const datagram of sent) {
        const { allowed } = places[datagram.place] ?? { allowed: () => undefined };
        const states = statesAt(periods, datagram);
        const by = states.map(allowed);
        const at = arrived.get(datagram.number) ?? [];
        if (states.length === 1) certain[datagram.place] = (certain[datagram.place] ?? 0) + 1;
        if (states.length === 0) faults.push(describeFault("nothing is known of", datagram, states));
        for (const receiver of at) {
          if (!by.includes(receiver)) faults.push(describeFault(`${receiver} received`, datagram, states));
        }
        if (at.length === 0 && !by.includes(undefined)) faults.push(describeFault("lost", datagram, states));
      }
      expect(faults.slice(0, 10)).toEqual([]);
      // Every place was sent to between changes and around them, or nothing has been shown.
      expect(Math.min(...certain)).toBeGreaterThan(changesWanted / 6);
      expect(sent.length / places.length - Math.max(...certain)).toBeGreaterThan(changesWanted / 6);
    } finally {
      for (const stream of streams) stream.kill();
      await end();
    }
  });
});
