/** VPC endpoints as the API shows them. */
import type { ReadTx } from "@casemate/store";
import type { VpcEndpoint } from "@casemate/wire/ec2";
import { tagsView } from "../../../kit/index.ts";
import { securityGroups } from "../security-group/security-group.ts";
import { dnsEntries } from "./endpoint-names.ts";
import type { VpcEndpointRow } from "./vpc-endpoint.ts";

/** The endpoint as the API shows it. */
export function endpointView(row: VpcEndpointRow, tx: ReadTx): VpcEndpoint {
  return {
    VpcEndpointId: row.id,
    VpcEndpointType: "Interface",
    VpcId: row.vpcId,
    ServiceName: row.serviceName,
    ServiceRegion: row.region,
    // The service answers in another spelling than the model's types have.
    State: row.state as "Available",
    PolicyDocument: row.policyDocument,
    RouteTableIds: [],
    SubnetIds: row.interfaces.map(({ subnetId }) => subnetId),
    Groups: row.securityGroupIds.map((GroupId) => ({
      GroupId,
      GroupName: tx.get(securityGroups.collection, GroupId)?.name ?? "",
    })),
    IpAddressType: "ipv4",
    DnsOptions: { DnsRecordIpType: "ipv4" },
    PrivateDnsEnabled: row.privateDnsEnabled,
    RequesterManaged: false,
    NetworkInterfaceIds: row.interfaces.map(({ networkInterfaceId }) => networkInterfaceId),
    DnsEntries: dnsEntries(row, tx),
    CreationTimestamp: new Date(row.createdAt),
    Tags: tagsView(row.tags),
    OwnerId: row.accountId,
  };
}
