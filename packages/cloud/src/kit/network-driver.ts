/**
 * The port to the machine's network, which the EC2 network reconciler drives. The host implements it; the kit
 * only names it.
 */
import type { VpcModel } from "@casemate/net-engine";

/** An interface as it really stands. */
export interface StandingEni {
  readonly eniId: string;
  readonly namespaceExists: boolean;
  readonly linkUp: boolean;
}

/**
 * Brings the network of this machine to wanted models; whole models go in, the driver works out the
 * difference.
 */
export interface NetworkDriver {
  /**
   * `kernel`: packets are really filtered. `recorded`: this machine cannot, and nothing pretends that it
   * does.
   */
  readonly mode: "kernel" | "recorded";
  /** Makes the network of one VPC be the model. Idempotent; returns when the rules stand. */
  apply(model: VpcModel): Promise<void>;
  /** Removes everything of one VPC. Idempotent. */
  remove(vpc: { readonly vpcId: string; readonly number: number }): Promise<void>;
  /** The VPCs whose networks stand, whoever made them: also those of an earlier process. */
  standing(): Promise<readonly { readonly vpcId: string; readonly number: number }[]>;
  /** What stands of each VPC, as the kernel shows it; absent where nothing can be looked at. */
  observe?(): Promise<{
    readonly vpcs: readonly {
      readonly vpcId: string;
      readonly enis: readonly StandingEni[];
    }[];
  }>;
  /** The network namespace of an interface, as machines are given it. */
  netnsOf(eniNumber: number): string;
}
