/** Random packets that mostly hit what a model talks of. For tests only. */
import type { EniModel, VpcModel } from "../model.ts";
import type { Packet } from "../packet.ts";
import { interestingPorts, outsideAddresses } from "./random-model.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** What a random packet may be. */
export interface RandomPacketOptions {
  /** The protocols to choose from; default TCP, UDP, ICMP (of the family) and 47. */
  readonly protocols?: readonly number[] | undefined;
  /** Whether packets with a source that their interface does not have are made; default true. */
  readonly spoofed?: boolean | undefined;
}

/** Makes a packet for a model with at least one interface. */
export function randomPacket(
  random: SeededRandom,
  model: VpcModel,
  options: RandomPacketOptions = {},
): Packet {
  const eni = random.chance(0.15) ? undefined : random.pick(model.enis);
  const v6 = eni?.ipv6s !== undefined && random.chance(0.3);
  const source = eni === undefined ? outsideSource(random) : eniSource(random, eni, { v6, options });
  const destination = randomDestination(random, model, { v6, inbound: eni === undefined });
  const protocols = options.protocols ?? [6, 6, 6, 17, 17, v6 ? 58 : 1, 47];
  const protocol = random.pick(protocols);
  const from = eni?.id ?? "internet";
  if (protocol === 1 || protocol === 58) {
    const icmpType = random.pick(v6 ? [128, 129, 1] : [8, 8, 0, 13, 3]);
    return { from, source, destination, protocol, icmpType, icmpCode: random.pick([0, 0, 1]) };
  }
  const port = (): number => (random.chance(0.9) ? random.pick(interestingPorts) : random.between(1, 65_535));
  if (protocol !== 6 && protocol !== 17) return { from, source, destination, protocol };
  return { from, source, destination, protocol, sourcePort: port(), destinationPort: port() };
}

function outsideSource(random: SeededRandom): string {
  return random.chance(0.9) ? random.pick(outsideAddresses) : "10.0.1.99";
}

function eniSource(
  random: SeededRandom,
  eni: EniModel,
  { v6, options }: { readonly v6: boolean; readonly options: RandomPacketOptions },
): string {
  const own = (v6 ? eni.ipv6s : eni.privateIps) ?? [];
  if (options.spoofed === false || random.chance(0.9)) return random.pick(own);
  return v6 ? "2001:db8:a:1::77" : random.pick(["10.0.1.11", "10.0.2.77", "198.51.100.1"]);
}

function randomDestination(
  random: SeededRandom,
  model: VpcModel,
  { v6, inbound }: { readonly v6: boolean; readonly inbound: boolean },
): string {
  const publicIps = model.enis.flatMap((eni) => eni.publicIps ?? []).map(({ publicIp }) => publicIp);
  if (inbound) return random.pick([...publicIps, ...publicIps, "203.0.113.250", "10.0.1.10"]);
  if (v6) {
    const all = model.enis.flatMap((eni) => eni.ipv6s ?? []);
    return random.chance(0.85)
      ? random.pick(all)
      : random.pick(["2001:db8:a:1::99", "2001:db8:ffff::1", "fd00:ec2::254", "fd00:ec2::253"]);
  }
  if (random.chance(0.6)) return random.pick(model.enis.flatMap(({ privateIps }) => privateIps));
  const rare = [
    "10.0.1.200",
    "10.0.1.255",
    "10.0.1.1",
    "10.0.0.2",
    "169.254.169.254",
    "169.254.169.253",
    "224.0.0.1",
  ];
  return random.chance(0.75) ? random.pick([...outsideAddresses, ...publicIps]) : random.pick(rare);
}
