import fc from "fast-check";
import { expect, test } from "vitest";
import { contextKeysOf } from "./context-keys.ts";
import { STATEMENTS_MAX, POLICY_CHARACTERS_MAX } from "./limits.ts";
import { mapPrincipals, principalsOf } from "./map-principals.ts";
import { parseJson } from "./parse-json.ts";
import type { JsonNode } from "./parse-json.ts";
import { parsePolicy } from "./parse-policy.ts";
import { PolicyFault, positionAt } from "./policy-fault.ts";
import { PACKED_UNITS_MAX, packedSize, policySize } from "./policy-size.ts";
import { policyInputs } from "./testing/policy-inputs.ts";
import { seededRandom } from "./testing/seeded-random.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

function plain(node: JsonNode): unknown {
  switch (node.type) {
    case "string":
      return node.value;
    case "array":
      return node.items.map(plain);
    case "object":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, plain(value)]));
    case "number":
    case "boolean":
    case "null":
      return JSON.parse(node.text);
  }
}

test("the parser reads what JSON.parse reads", () => {
  const latin = fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
  });
  const value = fc.jsonValue({
    maxDepth: 4,
    stringUnit: fc.constantFrom("a", "\n", '"', "\\", "é", "/", "\t"),
  });
  fc.assert(
    fc.property(value, latin, fc.constantFrom(undefined, 1, "\t"), (json, text, indent) => {
      const written = JSON.stringify({ json, text }, undefined, indent);
      expect(plain(parseJson(written))).toEqual(JSON.parse(written));
    }),
  );
});

test.each([
  "01",
  "1.",
  ".5",
  "+1",
  "1e",
  "tru",
  "nul",
  '"\\x"',
  '"\\u12g4"',
  '"a\nb"',
  "{a:1}",
  "[1 2]",
  '{"a"}',
  "'a'",
  "\ufeff{}",
])("%j is refused", (text) => {
  expect(() => parseJson(text)).toThrow(PolicyFault);
});

test("a document of the greatest length is read and one character more is refused", () => {
  const longest = `{}${" ".repeat(POLICY_CHARACTERS_MAX - 2)}`;
  expect(parseJson(longest)).toMatchObject({ type: "object", start: 0, end: 2 });
  expect(() => parseJson(`${longest} `)).toThrow(PolicyFault);
});

test("a document with too many statements is refused", () => {
  const statement = { Effect: "Allow", Action: "*", Resource: "*" };
  const written = (count: number) =>
    JSON.stringify({ Statement: Array.from({ length: count }, () => statement) });
  expect(parsePolicy(written(STATEMENTS_MAX), "identity").statements).toHaveLength(STATEMENTS_MAX);
  expect(() => parsePolicy(written(STATEMENTS_MAX + 1), "identity")).toThrow(PolicyFault);
});

test("a number stays as it is written", () => {
  const text = '{"Statement":{"Effect":"Allow","Condition":{"NumericEquals":{"a:b":[10.0,1e2,true]}}}}';
  const values = parsePolicy(text, "identity").statements[0]?.conditions[0]?.values.map(
    (value) => value.text,
  );
  expect(values).toEqual(["10.0", "1e2", "true"]);
});

test("every kind of line end counts once", () => {
  expect(positionAt("a\nb\r\nc\rd", 7)).toEqual({ offset: 7, line: 4, column: 1 });
  const lines = "x\n".repeat(100);
  const wrong = Array.from({ length: 200 }, (_, offset) => offset).filter((offset) => {
    const { line, column } = positionAt(lines, offset);
    return line !== Math.floor(offset / 2) + 1 || column !== (offset % 2) + 1;
  });
  expect(wrong).toEqual([]);
  expect(positionAt("ab", 9)).toEqual({ offset: 2, line: 1, column: 3 });
});

test("reading arbitrary text throws nothing but a policy fault", () => {
  const random = seededRandom(SEED);
  let sound = 0;
  for (let index = 0; index < 4_000; index++) {
    const input = policyInputs.generate(random);
    try {
      policyInputs.run(input);
      sound++;
    } catch (fault) {
      if (!(fault instanceof PolicyFault))
        throw new Error(`seed ${SEED}: ${JSON.stringify(input)}`, { cause: fault });
    }
  }
  // The inputs reach what lies behind the parser.
  expect(sound).toBeGreaterThan(400);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(() => policyInputs.run(text)).toThrow(PolicyFault);
    }),
  );
});

const TRUST = `{ "Statement" : [ {"Effect":"Allow", "Principal":{"AWS":["arn:aws:iam::111122223333:role/a", "*"],"Service":"x"}},
  {"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/b"} } ] }`;

test("principals are exchanged and the rest of the text stays", () => {
  const ids = new Map([["arn:aws:iam::111122223333:role/a", "AROAA"]]);
  const stored = mapPrincipals(TRUST, (arn) => ids.get(arn));
  expect(stored).toBe(TRUST.replace("arn:aws:iam::111122223333:role/a", "AROAA"));
  const back = mapPrincipals(stored, (id) =>
    id === "AROAA" ? "arn:aws:iam::111122223333:role/a" : undefined,
  );
  expect(back).toBe(TRUST);
});

test("a replacement is written as JSON", () => {
  expect(principalsOf(mapPrincipals(TRUST, () => 'a"b')).map(({ value }) => value.text)).toEqual([
    'a"b',
    "*",
    "x",
    'a"b',
  ]);
});

test("principals are listed with their types", () => {
  expect(principalsOf(TRUST).map(({ type }) => type)).toEqual(["AWS", "AWS", "Service", "AWS"]);
});

test("context keys come from conditions, values and resources, each once", () => {
  const statement = {
    Effect: "Allow",
    Action: "*",
    Resource: "arn:aws:s3:::b/${aws:username}/${saml:sub, 'x'}/${*}",
    Condition: { StringLike: { "AWS:UserName": "${aws:PrincipalTag/team}*", "aws:SourceIp": "x" } },
  };
  const keys = (version: string) =>
    contextKeysOf(parsePolicy(JSON.stringify({ Version: version, Statement: statement }), "identity"));
  expect(keys("2012-10-17")).toEqual(["aws:username", "saml:sub", "aws:PrincipalTag/team", "aws:SourceIp"]);
  expect(keys("2008-10-17")).toEqual(["AWS:UserName", "aws:SourceIp"]);
});

test("white space does not count against a quota", () => {
  expect(policySize('{ "a" :\r\n\t"b c" }')).toBe(10);
});

test("the packed size counts policies, their ARNs and tags", () => {
  expect(packedSize({ policies: [], policyArns: [], tags: [] })).toBe(0);
  const tags = [{ key: "ab", value: "c" }];
  expect(packedSize({ policies: ["{ }"], policyArns: ["arn"], tags })).toBe(1);
  expect(packedSize({ policies: ["x".repeat(PACKED_UNITS_MAX)], policyArns: ["a"], tags: [] })).toBe(101);
});
