import { compile } from "@casemate/iam-engine";
import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluate, simulatedResource, type SimulatedResource, type Simulation } from "./evaluate.ts";

const account = "111122223333";
const bucket = "arn:aws:s3:::";

const name = fc
  .array(fc.constantFrom("a", "b", "?", "*"), { minLength: 1, maxLength: 4 })
  .map((letters) => letters.join(""));
const statement = fc
  .record({
    Effect: fc.constantFrom("Allow", "Allow", "Deny"),
    names: fc.array(name, { minLength: 1, maxLength: 3 }),
    not: fc.constantFrom(false, false, false, true),
  })
  .map(({ Effect, names, not }) => ({
    Effect,
    Action: "s3:GetObject",
    [not ? "NotResource" : "Resource"]: names.map((each) => bucket + each),
  }));
const policy = fc
  .array(statement, { minLength: 1, maxLength: 4 })
  .map((Statement) => JSON.stringify({ Version: "2012-10-17", Statement }));

/** Every name of up to four letters; `c` is one that no pattern names. */
const names = enumerate(4);

function enumerate(length: number): string[] {
  if (length === 0) return [""];
  const shorter = enumerate(length - 1);
  return [...shorter, ...shorter.filter((each) => each.length === length - 1).flatMap(oneMore)];
}
function oneMore(text: string): string[] {
  return ["a", "b", "c"].map((letter) => text + letter);
}

it("what is allowed for a question is allowed on everything of its form", () => {
  let yes = 0;
  fc.assert(
    fc.property(name, policy, (question, text) => {
      const simulation: Simulation = {
        caller: { type: "user", accountId: account, arn: "arn:aws:iam::1:user/a", id: "AIDA" },
        identity: [compile(text, "identity", { id: "p", type: "inline" })],
        boundary: undefined,
        scps: undefined,
        resourcePolicy: undefined,
        owner: account,
        context: { get: () => undefined },
      };
      const ask = (resource: SimulatedResource) => evaluate(simulation, "s3:GetObject", resource).decision;
      const form = new RegExp(`^${question.replaceAll("*", ".*").replaceAll("?", ".")}$`);
      const asked = simulatedResource(simulation, bucket + question);
      const strays = asked.examples.filter((example) => !form.test(example.slice(bucket.length)));
      const allowed = ask(asked) === "allowed";
      if (allowed) yes += 1;
      const refused = names
        .filter((each) => allowed && form.test(each))
        .filter((each) => ask(simulatedResource(simulation, bucket + each)) !== "allowed");
      expect({ question, strays, refused }).toEqual({ question, strays: [], refused: [] });
    }),
    { numRuns: 3_000 },
  );
  // The policies are wide enough to allow something.
  expect(yes).toBeGreaterThan(10);
});
