// The largest document there may be costs every analysis a bounded time.

import { expect, test } from "vitest";
import { checkAccessNotGranted } from "./check-access-not-granted.ts";
import { checkNoNewAccess } from "./check-no-new-access.ts";
import { findPolicyIssues } from "./find-policy-issues.ts";
import { awsServiceKnowledge } from "./knowledge-table.ts";

const text = (actions: readonly string[], resources: readonly string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: actions, Resource: resources },
  });

test.each([
  [
    "thousands of short actions",
    text(
      Array.from({ length: 12_000 }, (_, index) => `a:${index}`),
      ["*"],
    ),
  ],
  [
    "thousands of patterns",
    text(
      Array.from({ length: 12_000 }, (_, index) => `*${index}*`),
      ["*"],
    ),
  ],
  [
    "thousands of misspelt actions",
    text(
      Array.from({ length: 5_000 }, (_, index) => `ec2:RunInstanc${index}`),
      ["*"],
    ),
  ],
  [
    "thousands of resources",
    text(
      ["s3:*"],
      Array.from({ length: 3_000 }, (_, index) => `arn:aws:s3:::*a*b*${index}`),
    ),
  ],
])("%s", (_, document) => {
  const started = performance.now();
  const type = "IDENTITY_POLICY";
  findPolicyIssues(document, { type, knowledge: awsServiceKnowledge() });
  checkAccessNotGranted(
    [{ document, type }],
    [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::b/x"] }],
  );
  expect(checkNoNewAccess({ existing: document, changed: document, type }).result).toBe("PASS");
  expect(performance.now() - started).toBeLessThan(25_000);
});
