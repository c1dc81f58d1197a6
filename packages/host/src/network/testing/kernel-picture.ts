// What the kernel holds in a set of namespaces, as plain data that is equal where the kernels do the same:
// without handles, counters and what only chance decides. For tests only.

import { readdir } from "node:fs/promises";

import { runInNamespace } from "../namespaces.ts";

type Json = Record<string, unknown>;

/** Namespaces by their names without the prefix. */
export type KernelPicture = Readonly<Record<string, unknown>>;

const script = [
  "ip -j link show",
  "ip -j addr show",
  "ip -j -4 route show table all",
  "ip -j -6 route show table all",
  "ip -j rule show",
  "ip -j -6 rule show",
  "ip -j neigh show nud permanent",
  "nft -j list ruleset",
  "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding | tr '\\n' ' ' | sed 's/^/\"/; s/$/\"/'",
].join("; echo; echo ---; ");

/** The namespaces whose names start with the prefix. */
export async function takePicture(prefix: string): Promise<KernelPicture> {
  const names = (await readdir("/run/netns")).filter((name) => name.startsWith(prefix)).toSorted();
  const parts = await Promise.all(
    names.map(async (name) => [name.slice(prefix.length), await pictureOf(name)] as const),
  );
  return Object.fromEntries(parts);
}

/** One namespace. */
export async function pictureOf(name: string): Promise<unknown> {
  const { stdout } = await runInNamespace(name, ["sh", "-c", script]);
  const [links, addresses, routes4, routes6, rules4, rules6, neighbours, ruleset, forwarding] = stdout
    .split("\n---\n")
    .map((part) => JSON.parse(part.trim() === "" ? "[]" : part) as unknown);
  const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
  const isRandom = (device: unknown): boolean => /^(fab0|[xw]\d+)$/.test(String(device));
  return {
    links: sorted(
      // The fabric stays once there was a use for it; who is plugged into it, its ports tell.
      list(links)
        .filter(({ ifname }) => ifname !== "fab0")
        .map(({ ifname, ifindex, flags, mtu, address, ifalias, master }) => ({
          ifname,
          // The guest's end has the index that is free.
          ifindex: /^(eth0|pl0)$/.test(String(ifname)) ? "any" : ifindex,
          up: Array.isArray(flags) && flags.includes("UP"),
          arp: Array.isArray(flags) && !flags.includes("NOARP"),
          mtu,
          address: isRandom(ifname) ? "any" : address,
          ifalias,
          master,
        })),
    ),
    addresses: sorted(
      list(addresses).flatMap(({ ifname, addr_info: infos }) =>
        isRandom(ifname)
          ? []
          : list(infos)
              .filter(({ scope }) => scope !== "link")
              .map(({ local, prefixlen }) => ({ ifname, local, prefixlen })),
      ),
    ),
    routes: sorted([
      ...list(routes4),
      // The kernel adds its own for link-local addresses once it has found them to be unique.
      ...list(routes6).filter(({ dev, table, dst }) => {
        return !isRandom(dev) && table !== "local" && !String(dst).startsWith("fe80:");
      }),
    ]),
    rules: [list(rules4), list(rules6)],
    neighbours: sorted(list(neighbours).map(({ dst, dev, lladdr }) => ({ dst, dev, lladdr }))),
    ruleset: rulesetPicture(list((ruleset as Json)["nftables"])),
    forwarding,
  };
}

/** Rules in their order by chain; everything else in an order of its own. */
function rulesetPicture(objects: readonly Json[]): unknown {
  const rules: Record<string, unknown[]> = {};
  const others: unknown[] = [];
  for (const object of objects) {
    if ("metainfo" in object) continue;
    const rule = object["rule"] as Json | undefined;
    if (rule === undefined) {
      others.push(plain(object));
      continue;
    }
    (rules[`${String(rule["table"])} ${String(rule["chain"])}`] ??= []).push(plain(rule));
  }
  return { rules, others: sorted(others) };
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { handle: _, counter, elem, ...rest } = value as Json;
  const isSet = elem !== undefined && "name" in rest;
  // What packets put into a set is theirs.
  const isFilled = Array.isArray(rest["flags"]) && rest["flags"].includes("dynamic");
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, plain(each)])),
    ...(counter === undefined ? {} : { counter: true }),
    ...(elem === undefined || isFilled
      ? {}
      : { elem: isSet && Array.isArray(elem) ? sorted(elem.map(plain)) : plain(elem) }),
  };
}

function sorted(list: readonly unknown[]): string[] {
  return list.map((each) => JSON.stringify(each)).toSorted();
}
