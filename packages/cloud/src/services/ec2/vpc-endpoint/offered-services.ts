/**
 * The services of this cloud that interface endpoints can be made for, by the names that AWS gives them.
 * Differs: there is neither S3 nor DynamoDB, so no service is reached by a gateway endpoint.
 */

/** A service as endpoints offer it in a region. */
export interface OfferedService {
  /** As requests name it. */
  readonly serviceName: string;
  /** The name that its requests are signed for. */
  readonly service: string;
  readonly region: string;
  /** What its endpoints' own names end with. */
  readonly baseName: string;
  /** The names that lead to it where private DNS is on; the first one stands for all. */
  readonly privateNames: readonly string[];
}

/** Where services that have no region are reached. */
const globalRegion = "us-east-1";

const regional = ["access-analyzer", "ec2", "sts"] as const;

/** The services of a region, by name. */
export function offeredServices(region: string): readonly OfferedService[] {
  const everywhere = regional.map((service) => ({
    serviceName: `com.amazonaws.${region}.${service}`,
    service,
    region,
    baseName: `${service}.${region}.vpce.amazonaws.com`,
    privateNames: [`${service}.${region}.amazonaws.com`, `${service}.${region}.api.aws`],
  }));
  return region === globalRegion ? [...everywhere, ...globalServices] : everywhere;
}

const globalServices: readonly OfferedService[] = [
  {
    serviceName: "com.amazonaws.iam",
    service: "iam",
    region: globalRegion,
    baseName: `iam.${globalRegion}.vpce.amazonaws.com`,
    privateNames: ["iam.amazonaws.com"],
  },
  {
    serviceName: `com.amazonaws.${globalRegion}.organizations`,
    service: "organizations",
    region: globalRegion,
    baseName: `organizations.${globalRegion}.vpce.amazonaws.com`,
    privateNames: [`organizations.${globalRegion}.amazonaws.com`],
  },
];

/** The service of this name in a region, or undefined. */
export function findOffered(region: string, serviceName: string): OfferedService | undefined {
  return offeredServices(region).find((each) => each.serviceName === serviceName);
}
