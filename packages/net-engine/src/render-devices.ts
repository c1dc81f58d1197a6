/**
 * Renders what Casemate's own devices do inside the namespace of their interface: NAT gateways, endpoints and
 * endpoint services. A device that forwards does so only once its rules stand.
 */
import { formatAddress, formatCidr } from "./address.ts";
import type { CompiledEni, CompiledListener, CompiledNetwork, EniDevice } from "./compiled-network.ts";
import { endpointAddress, linkAddress, routerMac } from "./layout.ts";

/** The rules of a device's namespace, replaced as a whole, and the settings that follow them. */
export interface DeviceRules {
  readonly nft: string;
  readonly sysctls: Readonly<Record<string, string>>;
}

const forwards: Readonly<Record<string, string>> = {
  "net.ipv4.conf.all.send_redirects": "0",
  "net.ipv4.conf.eth0.send_redirects": "0",
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.eth0.rp_filter": "0",
  "net.netfilter.nf_conntrack_tcp_be_liberal": "1",
  "net.ipv4.ip_forward": "1",
};

// An idle flow is forgotten after 350 seconds. Differs: nobody is told of it by a reset.
const natTimeouts: Readonly<Record<string, string>> = {
  "net.netfilter.nf_conntrack_tcp_timeout_established": "350",
  "net.netfilter.nf_conntrack_udp_timeout": "350",
  "net.netfilter.nf_conntrack_udp_timeout_stream": "350",
};

/** The rules of an interface's device; a guest has none. */
export function deviceRules(compiled: CompiledNetwork, eni: CompiledEni): DeviceRules | undefined {
  const own = eni.addresses[4][0];
  if (own === undefined) return undefined;
  const address = formatAddress(own);
  switch (eni.device.kind) {
    case "guest":
      return undefined;
    case "nat-gateway":
      return { nft: printDevice(natChains(compiled, address)), sysctls: { ...natTimeouts, ...forwards } };
    case "local-endpoint":
      return { nft: printDevice(localChains(eni.device.ports)), sysctls: {} };
    case "service-endpoint":
      return { nft: printDevice(consumerChains(eni, eni.device.serviceEniNumber)), sysctls: forwards };
    case "endpoint-service":
      return { nft: printDevice(serviceChains(eni, eni.device)), sysctls: forwards };
  }
}

/** The rules of a gateway endpoint: whatever address was asked, its one server is meant. */
export function endpointRules(): DeviceRules {
  const rules = {
    pre: [
      `iifname "eth0" meta l4proto tcp dnat ip to ${endpointAddress}`,
      `iifname "eth0" icmp type echo-request dnat ip to ${endpointAddress}`,
    ],
    input: ["ct state established,related accept", 'iifname "eth0" ct status dnat accept'],
    forward: [],
    output: ["ct state established,related accept"],
    post: [],
  };
  return { nft: printDevice(rules), sysctls: {} };
}

interface DeviceChains {
  readonly pre: readonly string[];
  readonly input: readonly string[];
  readonly forward: readonly string[];
  readonly output: readonly string[];
  readonly post: readonly string[];
  /** Rules for every packet, before a flow is looked at. */
  readonly raw?: readonly string[] | undefined;
}

function printDevice({ pre, input, forward, output, post, raw = [] }: DeviceChains): string {
  const chain = (name: string, hook: string, rules: readonly string[]): string[] => [
    `chain ${name} {`,
    hook,
    ...rules,
    "}",
  ];
  return [
    "table inet role",
    "delete table inet role",
    "table inet role {",
    ...chain("raw", "type filter hook prerouting priority -300; policy accept;", raw),
    ...chain("pre", "type nat hook prerouting priority -100; policy accept;", pre),
    ...chain("input", "type filter hook input priority 0; policy drop;", input),
    ...chain("forward", "type filter hook forward priority 0; policy drop;", forward),
    ...chain("output", "type filter hook output priority 0; policy drop;", output),
    ...chain("post", "type nat hook postrouting priority 100; policy accept;", post),
    "}",
    "",
  ].join("\n");
}

const errorsOnly = ["meta l4proto icmp ct state related accept"];

// Differs: a NAT gateway sends from its first address only, however many it was given.
function natChains({ cidrs }: CompiledNetwork, own: string): DeviceChains {
  const inside = cidrs.filter(({ family }) => family === 4).map(formatCidr);
  const from = `ip saddr { ${inside.join(", ")} } ip saddr != ${own}`;
  return {
    pre: [],
    input: [],
    forward: [
      "ct state invalid drop",
      "ct state established,related accept",
      `${from} meta l4proto { tcp, udp } accept`,
      `${from} icmp type echo-request accept`,
    ],
    output: errorsOnly,
    post: [
      `oifname "eth0" meta l4proto { tcp, udp } ip saddr != ${own} snat ip to ${own}:1024-65535`,
      `oifname "eth0" ip saddr != ${own} snat ip to ${own}`,
    ],
  };
}

function localChains(ports: readonly number[]): DeviceChains {
  const open = ports.length === 0 ? [] : [`iifname "eth0" tcp dport { ${ports.join(", ")} } accept`];
  return {
    pre: [],
    input: ['iifname "lo" accept', "ct state established,related accept", ...open],
    forward: [],
    output: ['oifname "lo" accept', "ct state established,related accept"],
    post: [],
  };
}

const ported = "meta l4proto { tcp, udp }";

function consumerChains({ number }: CompiledEni, serviceEniNumber: number): DeviceChains {
  const peer = linkAddress(serviceEniNumber);
  return {
    raw: [
      `iifname "pl0" meta protocol ip ether saddr != ${routerMac("link", serviceEniNumber)} drop`,
      'iifname "pl0" meta protocol ip6 drop',
    ],
    pre: [`iifname "eth0" ${ported} dnat ip to ${peer}`],
    input: [],
    forward: [
      "ct state invalid drop",
      "ct state established,related accept",
      'iifname "eth0" oifname "pl0" ct status dnat accept',
    ],
    output: errorsOnly,
    post: [`oifname "pl0" snat ip to ${linkAddress(number)}`],
  };
}

function serviceChains(
  { number, addresses }: CompiledEni,
  { listeners, consumers }: EniDevice & { readonly kind: "endpoint-service" },
): DeviceChains {
  const own = linkAddress(number);
  const known = consumers.map((each) => `${routerMac("link", each)} . ${linkAddress(each)}`);
  const address = addresses[4][0];
  const source = address === undefined ? [] : [`oifname "eth0" snat ip to ${formatAddress(address)}`];
  const consumer = `ether saddr . ip saddr`;
  return {
    // A consumer that is turned away loses the connections that it has.
    raw: [
      'iifname "pl0" meta protocol ip6 drop',
      known.length === 0
        ? 'iifname "pl0" meta protocol ip drop'
        : `iifname "pl0" ${consumer} != { ${known.join(", ")} } drop`,
    ],
    pre: listeners.flatMap((listener) => listenerRules(listener, own)),
    input: [],
    forward: [
      "ct state invalid drop",
      "ct state established,related accept",
      'iifname "pl0" oifname "eth0" ct status dnat accept',
    ],
    output: errorsOnly,
    post: source,
  };
}

function listenerRules({ protocol, port, targets }: CompiledListener, own: string): string[] {
  const match = `iifname "pl0" ip daddr ${own} meta l4proto ${protocol} th dport ${port}`;
  const [first, ...others] = targets.map((target) => ({
    address: formatAddress(target.address),
    port: target.port,
  }));
  if (first === undefined) return [];
  if (others.length === 0) return [`${match} dnat ip to ${first.address}:${first.port}`];
  const all = [first, ...others].map((target, at) => `${at} : ${target.address} . ${target.port}`);
  return [`${match} dnat ip to numgen inc mod ${all.length} map { ${all.join(", ")} }`];
}
