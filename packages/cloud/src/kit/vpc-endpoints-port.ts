/** What the request path asks about the VPC endpoint that a request came in by. */
import type { CompiledPolicy } from "@casemate/iam-engine";
import type { ReadTx } from "@casemate/store";

/** A VPC endpoint, as it bounds the requests that come by it. */
export interface VpcEndpointDoor {
  readonly id: string;
  readonly vpcId: string;
  /** The account that owns it. */
  readonly accountId: string;
  readonly policy: CompiledPolicy;
  /** The one service that it leads to; requests for others are refused. Absent: every service. */
  readonly serves?: { readonly service: string; readonly region: string } | undefined;
}

/** The VPC endpoints of the cloud. */
export interface VpcEndpointsPort {
  /** The endpoint, or undefined when it is gone; a request by it is then refused. */
  find(tx: ReadTx, endpointId: string): VpcEndpointDoor | undefined;
}

/** A cloud without VPC endpoints: what claims to come by one is refused. */
export const noVpcEndpoints: VpcEndpointsPort = { find: () => undefined };
