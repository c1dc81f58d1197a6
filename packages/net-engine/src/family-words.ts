/** How nftables names the things of each family. */
import type { Family } from "./address.ts";

/** The keywords of a family. */
export interface FamilyWords {
  readonly ip: string;
  readonly icmp: string;
  readonly address: string;
  /** Matches packets of this family. */
  readonly version: string;
}

/** The keywords by family. */
export const familyWords: Readonly<Record<Family, FamilyWords>> = {
  4: { ip: "ip", icmp: "icmp", address: "ipv4_addr", version: "meta nfproto ipv4" },
  6: { ip: "ip6", icmp: "ipv6-icmp", address: "ipv6_addr", version: "meta nfproto ipv6" },
};
