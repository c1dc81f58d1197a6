/**
 * Which issuers the operator lets the daemon reach. Nothing is reachable unless it is named: providers are
 * made by tenants, and what they name must not lead the daemon into the operator's own network.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** How a host may be reached: not at all, at addresses of the internet, or in a private network, too. */
export type Reach = "none" | "public" | "private";

/** What the operator wrote: `idp.example.com`, `idp.example.com:8443`, `*.example.com` or `*`. */
export type IssuerHosts = readonly string[];

const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const hostPattern = new RegExp(`^(?:\\*|(?:\\*\\.)?${label}(?:\\.${label})*(?::\\d{1,5})?)$`);

/** Whether a text is one that an operator may write. A wildcard names no port. */
export function isIssuerHost(text: string): boolean {
  return hostPattern.test(text) && !(text.startsWith("*") && text.includes(":"));
}

/**
 * How far a host may be reached. Only a host that is named in full may be at a private address: whoever
 * controls a name below a wildcard controls where it leads.
 */
export function reachOf(hosts: IssuerHosts, { hostname, port }: { hostname: string; port: number }): Reach {
  const name = hostname.toLowerCase();
  const asked = port === 443 ? [name, `${name}:443`] : [`${name}:${port}`];
  const named = hosts.map((each) => each.toLowerCase());
  if (asked.some((each) => named.includes(each))) return "private";
  const wild = named.some((each) => each === "*" || (each.startsWith("*.") && name.endsWith(each.slice(1))));
  return wild && port === 443 ? "public" : "none";
}

/** Of no issuer: this network, link-local with the metadata services of clouds, multicast, reserved. */
const never = blockList([
  "0.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "fe80::/10",
  "fec0::/10",
  "ff00::/8",
  "fd00:ec2::/32",
]);

/** Of networks that are not the internet, and ways to say an IPv4 address in IPv6. */
const privateNetworks = blockList([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "::1/128",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "fc00::/7",
]);

/** Whether an address may be connected to. Safety: the connection is made to this very address. */
export function isReachable(address: string, reach: Reach): boolean {
  if (reach === "none") return false;
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  // BlockList compares IPv4-mapped addresses with the IPv4 rules; other texts are no address.
  if (family === "ipv6" && !isIPv6(address)) return false;
  if (never.check(address, family)) return false;
  return reach === "private" || !privateNetworks.check(address, family);
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    list.addSubnet(address, Number(prefix), address.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}
