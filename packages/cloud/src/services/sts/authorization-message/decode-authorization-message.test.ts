import type { Credentials } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import {
  allowing,
  field,
  openSignedCloud,
  policyOf,
  type SignedCloud,
} from "../../../request-path/testing/signed-calls.ts";

let cloud: SignedCloud;
let bob: Credentials;
beforeEach(async () => {
  cloud = await openSignedCloud();
  bob = await cloud.user(
    "bob",
    policyOf({ Sid: "NoVpcs", Effect: "Deny", Action: "ec2:DescribeVpcs", Resource: "*" }),
  );
});

const refusedMessage = async (): Promise<string> => {
  const refused = await cloud.call(bob, "ec2:DescribeVpcs");
  expect([refused.status, refused.code]).toEqual([403, "UnauthorizedOperation"]);
  const [text = "", blob = ""] = (refused.message ?? "").split(" Encoded authorization failure message: ");
  expect(text).toMatch(/^You are not authorized to perform this operation\. User: .*explicit deny/);
  return blob;
};
const decode = (as: Credentials, EncodedMessage: string) =>
  cloud.call(as, "sts:DecodeAuthorizationMessage", { EncodedMessage });

describe("DecodeAuthorizationMessage", () => {
  it("opens what a refusal of EC2 carries: the statement, the principal and the action", async () => {
    const answer = await decode(cloud.admin, await refusedMessage());
    const decoded = JSON.parse(field(answer, "DecodedMessage")) as Record<string, unknown>;
    expect(decoded).toMatchObject({
      allowed: false,
      explicitDeny: true,
      matchedStatements: { items: [{ statementId: "NoVpcs", effect: "DENY" }] },
      context: { action: "ec2:DescribeVpcs", principal: { arn: "arn:aws:iam::111122223333:user/bob" } },
    });
  });

  it("needs its permission, which the refused caller does not have by being refused", async () => {
    const blob = await refusedMessage();
    expect((await decode(bob, blob)).code).toBe("AccessDenied");
    const named = {
      UserName: "bob",
      PolicyName: "d",
      PolicyDocument: allowing("sts:DecodeAuthorizationMessage"),
    };
    await cloud.must(cloud.admin, "PutUserPolicy", named);
    expect((await decode(bob, blob)).status).toBe(200);
  });

  it("opens nothing of another account, nothing changed, and no other token", async () => {
    const blob = await refusedMessage();
    const session = field(await cloud.must(cloud.admin, "sts:GetSessionToken"), "SessionToken");
    for (const [as, text] of [
      [cloud.stranger, blob],
      [cloud.admin, `${blob.slice(0, -3)}AAA`],
      [cloud.admin, "nonsense"],
      [cloud.admin, session],
    ] as const) {
      const answer = await decode(as, text);
      expect([answer.status, answer.code, answer.message]).toEqual([
        400,
        "InvalidAuthorizationMessageException",
        "Message is not valid",
      ]);
    }
  });
});
