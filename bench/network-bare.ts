// Two guests and a router between them that filters nothing: what the data plane is measured against, and how
// much of its cost is the kernel's, whoever writes the rules.
import { runInside, runProgram } from "./network-traffic.ts";
import type { TrafficPath } from "./network-traffic.ts";

/** What the router does beside forwarding. */
export interface BareOptions {
  /** Tells the routers of one run apart. */
  readonly number: number;
  /** Every packet passes twice, as by the link that Casemate's routers have to themselves. */
  readonly passes: 1 | 2;
  /** Flows are tracked by one rule, in each pass in a zone of its own. */
  readonly tracked: boolean;
}

/** A router and its two guests. */
export interface BareRoute extends TrafficPath {
  remove(): Promise<void>;
}

const stage = 10;
const lx1Mac = "0e:ca:5e:02:00:00";

/** Makes the namespaces; on a failure none is left. */
export async function makeBareRoute(options: BareOptions): Promise<BareRoute> {
  const base = `cm-bench-${process.pid}-${options.number}`;
  const names = { router: `${base}-r`, client: `${base}-c`, server: `${base}-s` };
  const all = Object.values(names);
  const remove = () =>
    runProgram("ip", ["-force", "-batch", "-"], lines(all.map((n) => `netns delete ${n}`)));
  try {
    await runProgram("ip", ["-batch", "-"], lines(all.map((name) => `netns add ${name}`)));
    const settings = [
      "net.ipv4.ip_forward=1",
      "net.ipv4.conf.all.rp_filter=0",
      "net.ipv4.conf.default.rp_filter=0",
      // Else a rule that chooses a table costs a second lookup, of the source.
      "net.ipv4.conf.all.accept_local=1",
    ];
    await runInside(names.router, ["sysctl", "-q", "-w", ...settings]);
    await runInside(names.router, ["ip", "-batch", "-"], lines(routerLines(names, options)));
    for (const [index, name] of [names.client, names.server].entries()) {
      await runInside(name, ["ip", "-batch", "-"], lines(guestLines(index + 1)));
    }
    if (options.tracked) await runInside(names.router, ["nft", "-f", "-"], trackingRules(options));
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
  return {
    client: names.client,
    server: names.server,
    address: "10.99.2.10",
    remove: async () => void (await remove()),
  };
}

function lines(list: readonly string[]): string {
  return `${list.join("\n")}\n`;
}

function routerLines(names: { client: string; server: string }, { passes }: BareOptions): string[] {
  const twice = [
    `link add lx0 index 201 mtu 9001 type veth peer name lx1 index 202 address ${lx1Mac} mtu 9001`,
    "link set lx0 up",
    "link set lx1 up",
    `neigh replace 169.254.0.2 lladdr ${lx1Mac} dev lx0 nud permanent`,
    `route add default via 169.254.0.2 dev lx0 onlink table ${stage}`,
    `rule add pref 100 iif c lookup ${stage}`,
    `rule add pref 101 iif s lookup ${stage}`,
  ];
  return [
    `link add c index 1001 mtu 9001 type veth peer name eth0 mtu 9001 netns ${names.client}`,
    `link add s index 1002 mtu 9001 type veth peer name eth0 mtu 9001 netns ${names.server}`,
    "link set c up",
    "link set s up",
    "address add 10.99.1.1/24 dev c",
    "address add 10.99.2.1/24 dev s",
    ...(passes === 2 ? twice : []),
  ];
}

function guestLines(subnet: number): string[] {
  return [
    "link set eth0 up",
    `address add 10.99.${subnet}.10/24 dev eth0`,
    `route add default via 10.99.${subnet}.1`,
  ];
}

function trackingRules({ passes }: BareOptions): string {
  const zones = [
    "chain zones { type filter hook prerouting priority -300; policy accept;",
    "meta iif 1001 ct zone set 1 accept",
    "meta iif 1002 ct zone set 2 accept",
    "ip daddr 10.99.1.10 ct zone set 1 accept",
    "ip daddr 10.99.2.10 ct zone set 2 accept",
    "}",
  ];
  return lines([
    "table inet bare {",
    ...(passes === 2 ? zones : []),
    "chain forward { type filter hook forward priority 0; policy drop;",
    "ct state new,established,related accept",
    "}",
    "}",
  ]);
}
