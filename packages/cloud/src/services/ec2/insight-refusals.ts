/**
 * Test support: requests about Block Public Access, Network Insights and flow logs that are refused; together
 * they meet every fault of these rooms.
 */
import type { TestNetwork } from "./testing-network.ts";
import { exclusionsPerRegionMax, publicAccessExclusions } from "./vpc-block-public-access/exclusion.ts";
import type { NetworkRefusal } from "./gateway-refusals.ts";
import { testAccount, testNow } from "./testing.ts";

const unknown = (prefix: string): string => `${prefix}-0aaaaaaaaaaaaaaaa`;
const numbered = (prefix: string, index: number): string => `${prefix}-1${String(index).padStart(16, "0")}`;
const allow = { InternetGatewayExclusionMode: "allow-bidirectional" };

const exclude = (net: TestNetwork): string =>
  net.id(
    "CreateVpcBlockPublicAccessExclusion",
    { ...allow, VpcId: net.vpcId },
    "VpcBlockPublicAccessExclusion.ExclusionId",
  );

const publicAccessRefusals: readonly NetworkRefusal[] = [
  ["CreateVpcBlockPublicAccessExclusion", allow],
  [
    "CreateVpcBlockPublicAccessExclusion",
    (net) => ({ ...allow, VpcId: net.vpcId, SubnetId: net.publicSubnetId }),
  ],
  [
    "CreateVpcBlockPublicAccessExclusion",
    (net) => {
      exclude(net);
      return { ...allow, VpcId: net.vpcId };
    },
  ],
  [
    "CreateVpcBlockPublicAccessExclusion",
    (net) => {
      net.store.transaction((tx) => {
        for (let index = 0; index < exclusionsPerRegionMax; index += 1) {
          publicAccessExclusions.put(tx, {
            id: numbered("vpcbpa-exclude", index),
            accountId: testAccount,
            region: "us-east-1",
            tags: {},
            mode: "allow-egress",
            resourceId: net.publicSubnetId,
            resourceArn: "",
            vpcId: net.vpcId,
            state: "create-complete",
            createdAt: testNow,
          });
        }
      });
      return { ...allow, VpcId: net.vpcId };
    },
  ],
  ["ModifyVpcBlockPublicAccessExclusion", { ...allow, ExclusionId: unknown("vpcbpa-exclude") }],
  ["DeleteVpcBlockPublicAccessExclusion", { ExclusionId: "vpcbpa-exclude-x" }],
  [
    "DeleteVpcBlockPublicAccessExclusion",
    (net) => {
      const ExclusionId = exclude(net);
      net.ask("DeleteVpcBlockPublicAccessExclusion", { ExclusionId });
      return { ExclusionId };
    },
  ],
];

/** The requests. */
export const insightRefusals: readonly NetworkRefusal[] = [...publicAccessRefusals];
