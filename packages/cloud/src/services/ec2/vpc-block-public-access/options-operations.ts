/** Reading and choosing VPC Block Public Access. */
import type { ReadTx } from "@casemate/store";
import type { VpcBlockPublicAccessOptions } from "@casemate/wire/ec2";
import type { Call } from "../../../kit/index.ts";
import { violationOf } from "../declarative-policy.ts";
import { networkTopic } from "../network/network-topic.ts";
import { operation } from "../operation.ts";
import { publicAccessOf, publicAccessOptions } from "./public-access.ts";

function optionsView(tx: ReadTx, { accountId, region }: Call): VpcBlockPublicAccessOptions {
  const { mode, exclusionsAllowed, chosen, declared } = publicAccessOf(tx, { accountId, region });
  const row = declared ?? chosen;
  return {
    AwsAccountId: accountId,
    AwsRegion: region,
    State: row === undefined ? "default-state" : row.following ? "update-in-progress" : "update-complete",
    InternetGatewayBlockMode: mode,
    ...(row === undefined ? {} : { LastUpdateTimestamp: new Date(row.changedAt) }),
    ManagedBy: declared === undefined ? "account" : "declarative-policy",
    ExclusionsAllowed: exclusionsAllowed ? "allowed" : "not-allowed",
  };
}

export const describeVpcBlockPublicAccessOptions = operation("DescribeVpcBlockPublicAccessOptions", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle: (tx, _input, call) => ({ VpcBlockPublicAccessOptions: optionsView(tx, call) }),
});

export const modifyVpcBlockPublicAccessOptions = operation("ModifyVpcBlockPublicAccessOptions", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const { accountId, region, now } = call;
    const { declared } = publicAccessOf(tx, { accountId, region });
    if (declared !== undefined) throw violationOf(declared);
    const mode = input.InternetGatewayBlockMode;
    tx.put(publicAccessOptions, { accountId, region, mode, following: true, changedAt: now });
    tx.wish(networkTopic);
    return { VpcBlockPublicAccessOptions: optionsView(tx, call) };
  },
});
