import { expect, it } from "vitest";
import { openTestOrganizations, testAccount } from "../testing.ts";

it("keeps tags of accounts, units, the root, policies and the resource policy, one for each key", async () => {
  const on = await openTestOrganizations();
  const Statement = [{ Effect: "Deny", Principal: "*", Action: "organizations:ListRoots", Resource: "*" }];
  const { ResourcePolicy } = on.run<{
    readonly ResourcePolicy: { readonly ResourcePolicySummary: { readonly Id: string } };
  }>("PutResourcePolicy", { Content: JSON.stringify({ Version: "2012-10-17", Statement }) });
  const { Id } = ResourcePolicy.ResourcePolicySummary;
  for (const ResourceId of [testAccount, on.unit("unit"), on.rootId(), on.policy("policy"), Id]) {
    const tags = () => on.run("ListTagsForResource", { ResourceId });
    on.run("TagResource", {
      ResourceId,
      Tags: [
        { Key: "team", Value: "a" },
        { Key: "Cost", Value: "b" },
      ],
    });
    on.run("TagResource", { ResourceId, Tags: [{ Key: "team", Value: "c" }] });
    expect(tags()).toEqual({
      Tags: [
        { Key: "Cost", Value: "b" },
        { Key: "team", Value: "c" },
      ],
    });
    const otherCase = { ResourceId, Tags: [{ Key: "Team", Value: "d" }] };
    expect(on.faultOf("TagResource", otherCase)).toMatch(/^InvalidInput/);
    on.run("UntagResource", { ResourceId, TagKeys: ["Cost", "absent"] });
    expect(tags()).toEqual({ Tags: [{ Key: "team", Value: "c" }] });
  }
  expect(on.faultOf("ListTagsForResource", { ResourceId: "999999999999" })).toMatch(/^TargetNotFound/);
});
