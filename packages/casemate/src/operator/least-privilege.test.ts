import { storedCollections, storedTables, trailEntries, type TrailEntry } from "@casemate/cloud";
import { memoryLog, openStore } from "@casemate/store";
import { expect, test } from "vitest";
import { leastPrivilege } from "./least-privilege.ts";

const now = Date.UTC(2026, 0, 15, 12, 0, 0);
const dayMs = 86_400_000;
const role = "arn:aws:iam::111122223333:role/team/worker";
const session = "arn:aws:sts::111122223333:assumed-role/worker/i-1";

type Seen = readonly [action: string, resource: string, allowed?: boolean];

async function historyOf(seen: readonly Seen[], asked: { at?: number; issuer?: string } = {}) {
  const store = await openStore({ collections: storedCollections, tables: storedTables, log: memoryLog() });
  const { at = now - dayMs, issuer = role } = asked;
  const { seq } = store.transaction((tx) => {
    for (const [action, resource, allowed = true] of seen) {
      const userIdentity = {
        type: "AssumedRole",
        arn: session,
        sessionContext: { sessionIssuer: { arn: issuer } },
      };
      const record = { userIdentity, recipientAccountId: "111122223333", requestID: "r", eventName: "E" };
      tx.append(trailEntries, {
        at,
        record: record as unknown as TrailEntry["record"],
        decisions: [{ action, resource, allowed, because: {} }],
      });
    }
  });
  await store.settled(seq);
  return store;
}

test("the policy allows what sessions of the role did, and nothing that they were refused", async () => {
  const instance = "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0";
  const other = "arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef1";
  const store = await historyOf([
    ["ec2:StopInstances", instance],
    ["ec2:StartInstances", instance],
    ["ec2:StopInstances", instance],
    ["ec2:StopInstances", other, false],
    ["ec2:DescribeInstances", "*"],
  ]);
  const answer = await leastPrivilege(store, now, { principalArn: role });
  expect(answer).toMatchObject({ calls: 5, decisions: 3, refused: 1, missing: [], widened: [] });
  expect(answer.policies).toEqual([
    {
      Version: "2012-10-17",
      Statement: [
        expect.objectContaining({ Effect: "Allow", Resource: "*" }),
        expect.objectContaining({ Action: ["ec2:StartInstances", "ec2:StopInstances"], Resource: instance }),
      ],
    },
  ]);
});

test("what was refused once and allowed later is needed", async () => {
  const store = await historyOf([
    ["ec2:DescribeVpcs", "*", false],
    ["ec2:DescribeVpcs", "*"],
  ]);
  const answer = await leastPrivilege(store, now, { principalArn: role });
  expect(answer).toMatchObject({ decisions: 1, refused: 0, missing: [], widened: [] });
});

test.each([
  ["another role's calls", {}, { principalArn: "arn:aws:iam::111122223333:role/other" }],
  ["calls before the days asked for", { at: now - 8 * dayMs }, { principalArn: role, days: 7 }],
])("%s do not count", async (_name, recorded, asked) => {
  const store = await historyOf([["ec2:DescribeVpcs", "*"]], recorded);
  await expect(leastPrivilege(store, now, asked)).rejects.toMatchObject({ code: "NotFound" });
});

test.each(["worker", "arn:aws:sts::111122223333:assumed-role/worker/i-1", "arn:aws:iam::1:role/x"])(
  "%s is no role or user",
  async (principalArn) => {
    const store = await historyOf([]);
    await expect(leastPrivilege(store, now, { principalArn })).rejects.toMatchObject({
      code: "InvalidInput",
    });
  },
);
