/**
 * The prefix lists that AWS keeps: the addresses of the services that gateway endpoints lead to. They are the
 * same in every account; their ids differ from region to region.
 */
import type { Tags } from "../../../kit/index.ts";
import { regionZonePrefixes } from "../zone/zones.ts";

/** A list of AWS's. */
export interface AwsPrefixList {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly family: "IPv4";
  readonly entries: readonly { readonly cidr: string; readonly description?: undefined }[];
  /** How many rules or routes it counts for wherever it is named. */
  readonly weight: number;
  readonly tags: Tags;
}

/** A service that a gateway endpoint can lead to. */
export type GatewayService = "s3" | "dynamodb";

/**
 * The addresses of services behind gateway endpoints. Differs: AWS's are public ones and differ by region;
 * Casemate's lie in 198.18.64.0/18, which nobody on the internet has, and are the same in every region.
 */
export const gatewayServiceBlocks: Readonly<Record<GatewayService, readonly string[]>> = {
  s3: ["198.18.64.0/22", "198.18.68.0/22"],
  dynamodb: ["198.18.72.0/22"],
};

/** The ids' first digits; the other four tell the region. */
const idStems: Readonly<Record<GatewayService, string>> = { s3: "63a5", dynamodb: "02cd" };

const services = ["dynamodb", "s3"] as const;

/** The id of a service's list in a region. */
export function awsPrefixListId(service: GatewayService, region: string): string {
  const known = Object.keys(regionZonePrefixes).indexOf(region);
  // A region that is not in the table is told apart by its name.
  const number = known >= 0 ? known + 1 : 0x8000 + Array.from(region).reduce(mix, 0);
  return `pl-${idStems[service]}${number.toString(16).padStart(4, "0")}`;
}

function mix(sum: number, character: string): number {
  return (sum * 31 + (character.codePointAt(0) ?? 0)) % 0x7fff;
}

/** The lists of a region. */
export function awsPrefixLists(region: string): readonly AwsPrefixList[] {
  return services.map((service) => ({
    id: awsPrefixListId(service, region),
    name: `com.amazonaws.${region}.${service}`,
    region,
    family: "IPv4",
    entries: gatewayServiceBlocks[service].map((cidr) => ({ cidr })),
    weight: 1,
    tags: {},
  }));
}
