import { describe, expect, it } from "vitest";
import { grantedServices } from "./granted-actions.ts";

const document = (...Statement: object[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: Statement.map((each) => ({ Effect: "Allow", Resource: "*", ...each })),
  });
const granted = (...statements: object[]) => grantedServices([document(...statements)]);
const names = (...statements: object[]) => granted(...statements).map(({ namespace }) => namespace);

describe("what documents grant", () => {
  it.each([
    [{ Action: "STS:assumerole" }, ["sts"]],
    [{ Action: "st?:*" }, ["sts"]],
    [{ Action: "sts:Nothing*" }, []],
    [{ Action: "coffee:*" }, []],
    [{ Action: "sts:AssumeRole", Effect: "Deny" }, []],
    [{ NotAction: "*" }, []],
  ])("by %j: %j", (statement, services) => {
    expect(names(statement)).toEqual(services);
  });

  it("is all but what a NotAction names", () => {
    const all = names({ Action: "*" });
    expect(names({ NotAction: ["sts:*", "ec2:Describe*"] })).toEqual(all.filter((name) => name !== "sts"));
    expect(
      granted({ NotAction: "sts:A*" }).find(({ namespace }) => namespace === "sts")?.actions,
    ).not.toContain("AssumeRole");
  });

  it("is every action that a pattern covers and no Deny takes away", () => {
    const [sts] = granted(
      { Action: "sts:Assume*" },
      { Effect: "Deny", Action: "sts:*Root" },
      { Effect: "Deny", Action: "sts:AssumeRole", Resource: "arn:aws:iam::111122223333:role/x" },
    );
    expect(sts?.actions).toEqual(["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]);
    expect(names({ Action: "sts:*" }, { Effect: "Deny", Action: "*" })).toEqual([]);
  });

  it("is joined over documents, and nothing comes of one that cannot be read", () => {
    const both = grantedServices([document({ Action: "sqs:*" }), "{", document({ Action: "sns:*" })]);
    expect(both.map(({ namespace }) => namespace)).toEqual(["sns", "sqs"]);
  });

  it("is found quickly, whatever the pattern", () => {
    const begun = performance.now();
    granted({ Action: `${"*?".repeat(2000)}z` }, { Action: `ec2:${"*a".repeat(1000)}` });
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});
