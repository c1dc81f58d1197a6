/**
 * Which headers to try: where somebody asks whether any packet passes, one of each class that the rules tell
 * apart is enough. Classes begin where a block or a range of ports of some rule begins or has just ended.
 */
import {
  contains,
  familyOf,
  formatAddress,
  nextAddress,
  parseAddress,
  parseCidr,
  type Address,
  type Cidr,
  type CompiledNetwork,
} from "@casemate/net-engine";

/** A range of ports. */
export interface PortSpan {
  readonly from: number;
  readonly to: number;
}

/** Where classes begin. */
export interface Cuts {
  readonly addresses: readonly Address[];
  readonly ports: readonly number[];
}

/** What is not of the internet: an internet gateway takes nothing from there and leads nowhere there. */
const notInternet = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
  "::/16",
].flatMap((text) => parseCidr(text) ?? []);

/** Addresses of the internet that no rule of note begins at: for classes that begin below them. */
const anywhere = ["198.51.100.1", "1.0.0.1", "2001:db8::1", "2000::1"].flatMap(
  (text) => parseAddress(text) ?? [],
);

/** Whether an address is one of the internet. */
export function isInternet(address: Address): boolean {
  return !notInternet.some((cidr) => contains(cidr, address));
}

/** Where the rules and routes of networks tell headers apart, and where a question does. */
export function cutsOf(
  networks: readonly CompiledNetwork[],
  asked: { readonly blocks: readonly string[]; readonly ports: readonly PortSpan[] },
): Cuts {
  const blocks = new Set(asked.blocks);
  const ports = new Set<number>();
  const addPorts = ({ from, to }: { from?: number | undefined; to?: number | undefined }): void => {
    if (from === undefined || to === undefined || from < 0) return;
    ports.add(from).add(to + 1);
  };
  for (const span of asked.ports) addPorts(span);
  for (const { model } of networks) {
    for (const { ingress, egress } of model.securityGroups) {
      for (const { source, protocol, fromPort, toPort } of [...ingress, ...egress]) {
        if ("cidr" in source) blocks.add(source.cidr);
        if (protocol === 6 || protocol === 17) addPorts({ from: fromPort, to: toPort });
      }
    }
    for (const { entries } of model.networkAcls) {
      for (const { cidr, fromPort, toPort } of entries) {
        blocks.add(cidr);
        addPorts({ from: fromPort, to: toPort });
      }
    }
    for (const { cidrs } of model.prefixLists) for (const cidr of cidrs) blocks.add(cidr);
    for (const { routes } of model.routeTables) for (const { destination } of routes) blocks.add(destination);
  }
  const parsed = [...blocks].flatMap((text) => parseCidr(text) ?? []);
  return {
    addresses: [...new Set([...anywhere, ...[...parsed, ...notInternet].flatMap(beginAndEnd)])],
    ports: [...ports].filter((port) => port <= 65_535).toSorted((a, b) => a - b),
  };
}

function beginAndEnd({ low, high }: Cidr): Address[] {
  const next = nextAddress(high);
  const beyond = familyOf(next) === 4 ? Number(next) > 0xff_ff_ff_ff : BigInt(next) >> 128n !== 0n;
  return beyond ? [low] : [low, next];
}

/** One port of each class within some spans; the first of each span is always there. */
export function portsWithin(spans: readonly PortSpan[], { ports }: Cuts): readonly number[] {
  const chosen = spans.flatMap(({ from, to }) => [
    from,
    ...ports.filter((port) => port > from && port <= to),
  ]);
  return [...new Set(chosen)];
}

/** One address of each class within some blocks, or of the internet where none are given. */
export function addressesWithin(
  blocks: readonly string[] | undefined,
  { addresses }: Cuts,
): readonly string[] {
  if (blocks === undefined) return addresses.filter(isInternet).map(formatAddress);
  const cidrs = blocks.flatMap((text) => blockOf(text) ?? []);
  const chosen = cidrs.flatMap((cidr) => [
    cidr.low,
    ...addresses.filter((address) => address !== cidr.low && contains(cidr, address)),
  ]);
  return [...new Set(chosen)].map(formatAddress);
}

/** A block, or an address as the block of itself. */
export function blockOf(text: string): Cidr | undefined {
  const address = parseAddress(text);
  return parseCidr(address === undefined ? text : `${text}/${familyOf(address) === 4 ? 32 : 128}`);
}
