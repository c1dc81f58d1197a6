/** Regions and availability zones that Casemate knows: AWS's commercial regions, three zones each. */

/** A zone of a region. */
export interface Zone {
  readonly name: string;
  readonly id: string;
}

/** Region names to the prefix of their zone ids. Which of them answer is the operator's setting. */
export const regionZonePrefixes: Readonly<Record<string, string>> = {
  "af-south-1": "afs1",
  "ap-east-1": "ape1",
  "ap-northeast-1": "apne1",
  "ap-northeast-2": "apne2",
  "ap-northeast-3": "apne3",
  "ap-south-1": "aps1",
  "ap-southeast-1": "apse1",
  "ap-southeast-2": "apse2",
  "ca-central-1": "cac1",
  "eu-central-1": "euc1",
  "eu-north-1": "eun1",
  "eu-south-1": "eus1",
  "eu-west-1": "euw1",
  "eu-west-2": "euw2",
  "eu-west-3": "euw3",
  "me-south-1": "mes1",
  "sa-east-1": "sae1",
  "us-east-1": "use1",
  "us-east-2": "use2",
  "us-west-1": "usw1",
  "us-west-2": "usw2",
};

/** The zones of a region, `a` to `c`. */
export function zonesOf(region: string): readonly Zone[] {
  const prefix = regionZonePrefixes[region] ?? region.replaceAll("-", "");
  return ["a", "b", "c"].map((letter, index) => ({
    name: `${region}${letter}`,
    id: `${prefix}-az${index + 1}`,
  }));
}

/** The id of a zone by its name, or undefined where the region has none of that name. */
export function zoneIdOf(region: string, name: string): string | undefined {
  return zonesOf(region).find((zone) => zone.name === name)?.id;
}
