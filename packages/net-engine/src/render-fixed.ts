/** Renders what every VPC's table has alike: base chains, accepting and rejecting, times to live. */
import { acceptedIn, acceptedOut, strictIn, strictOut, strictReplyIn, strictReplyOut } from "./layout.ts";
import type { Ruleset, RulesetBuilder } from "./ruleset.ts";

/**
 * The sets that count rejected packets: by security groups in and out, by network ACLs in and out, and by
 * Block Public Access. Inbound the first field is the receiver's link, outbound the sender's mark.
 */
export const rejectSets = ["in", "out", "ain", "aout", "bpa"] as const;

// Two passes cost two hops; they are given back before the first. Above 253 there is no room, so 254 and 255
// arrive as 253.
function renderTtl(): Ruleset {
  const builder: RulesetBuilder = { sets: {}, chains: {} };
  for (const family of [4, 6] as const) {
    const field = family === 4 ? "ip ttl" : "ip6 hoplimit";
    const elements: string[] = [];
    for (let ttl = 1; ttl <= 255; ttl++) elements.push(`${ttl} : goto t${family}_${Math.min(ttl + 2, 255)}`);
    builder.sets[`ttl${family}`] = { kind: "map", declaration: `typeof ${field} : verdict;`, elements };
    for (let ttl = 2; ttl <= 255; ttl++)
      builder.chains[`t${family}_${ttl}`] = { rules: [`${field} set ${ttl}`] };
  }
  return builder;
}

/** Times to live, given back before the first pass. */
export const ttlRuleset = renderTtl();

function renderPeerTtl(): Ruleset {
  const builder: RulesetBuilder = { sets: {}, chains: {} };
  for (const family of [4, 6] as const) {
    const field = family === 4 ? "ip ttl" : "ip6 hoplimit";
    const elements: string[] = [];
    for (let ttl = 1; ttl <= 255; ttl++) elements.push(`${ttl} : jump t${family}_${Math.min(ttl + 1, 255)}`);
    builder.sets[`up${family}`] = { kind: "map", declaration: `typeof ${field} : verdict;`, elements };
  }
  return builder;
}

/** The one hop more that a peer's router costs, given back there. */
export const peerTtlRuleset = renderPeerTtl();

/** Renders the chains and sets that no model changes. */
export function renderFixed(builder: RulesetBuilder): void {
  const { chains } = builder;
  renderRejects(builder);
  const accept = (original: number, reply?: number): string[] => [
    `ct direction original ct mark set ct mark | ${original}`,
    ...(reply === undefined ? [] : [`ct direction reply ct mark set ct mark | ${reply}`]),
    "accept",
  ];
  chains["acc_in"] = { rules: accept(acceptedIn) };
  chains["acc_out"] = { rules: accept(acceptedOut) };
  chains["acc_ins"] = { rules: accept(strictIn, strictReplyIn) };
  chains["acc_outs"] = { rules: accept(strictOut, strictReplyOut) };
  chains["st1"] = {
    rules: [
      `ct mark & ${acceptedIn | acceptedOut} != 0 accept`,
      "ct state related accept",
      "meta iif vmap @sg_out",
      "drop",
    ],
  };
  chains["raw_pre"] = {
    hook: "type filter hook prerouting priority -300; policy accept;",
    rules: ["meta iif vmap @in_if", "drop"],
  };
  chains["raw_out"] = {
    hook: "type filter hook output priority -300; policy accept;",
    rules: ["meta oif vmap @zone_in"],
  };
  chains["filter_fwd"] = {
    hook: "type filter hook forward priority 0; policy drop;",
    rules: ["meta oif vmap @out_if"],
  };
}

// nft 1.0.6 lists no set of more than five fields, so there is one for each kind of protocol.
function renderRejects({ sets, chains }: RulesetBuilder): void {
  chains["pre_odd"] = { rules: ["counter drop"] };
  for (const name of rejectSets) {
    const at = name === "in" || name === "ain" ? "meta oif" : "meta mark";
    const rules = ([4, 6] as const).flatMap((family) => {
      const ip = family === 4 ? "ip" : "ip6";
      const ends = `${at} . ${ip} saddr . ${ip} daddr`;
      const kinds = [
        ["tcp", "meta l4proto tcp", `${ends} . th sport . th dport`],
        ["udp", "meta l4proto udp", `${ends} . th sport . th dport`],
        ["any", "meta l4proto != { tcp, udp }", `${ends} . meta l4proto . th sport`],
      ] as const;
      return kinds.map(([kind, match, key]) => {
        const set = `fl_${name}${family}_${kind}`;
        sets[set] = {
          kind: "set",
          declaration: `typeof ${key}; flags dynamic, timeout; size 65535; timeout 15m; counter;`,
          elements: [],
        };
        return `${match} update @${set} { ${key} }`;
      });
    });
    chains[`rej_${name}`] = { rules: [...rules, "drop"] };
  }
}
