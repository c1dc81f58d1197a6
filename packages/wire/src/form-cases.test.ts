// Forms and what they mean, case by case: the input they give, or the fault with AWS's code and text.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  bodyBytesMax,
  decodeForm,
  formDepthMax,
  formKeyLengthMax,
  formPairsMax,
  loadModel,
  parseForm,
  resolveOperation,
} from "./index.ts";

interface FormCase {
  name: string;
  service: string;
  form: string;
  input?: unknown;
  fault?: { code: string; status: number; message: string };
}
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const cases = JSON.parse(read("./cases/forms.json")) as FormCase[];
const models = Object.fromEntries(
  ["ec2", "iam", "sts"].map((id) => [
    id,
    loadModel(read(`../generated/${id}.json`), read(`../generated/${id}.constraints.json`)),
  ]),
);

function decode(service: string, form: string): unknown {
  const model = models[service]!;
  const tree = parseForm(Buffer.from(form));
  return decodeForm(model, resolveOperation(model, tree), tree);
}

function faultOf(run: () => unknown): unknown {
  try {
    return { input: run() };
  } catch (error) {
    const { code, status, message } = error as { code: string; status: number; message: string };
    return { code, status, message };
  }
}

describe("a form is understood", () => {
  const understood = cases.filter(({ input }) => input !== undefined);
  it.each(understood.map((entry) => [`${entry.service}: ${entry.name}`, entry] as const))(
    "%s",
    (_name, entry) => {
      expect(decode(entry.service, entry.form)).toEqual(entry.input);
    },
  );
});

describe("a form is refused", () => {
  const refused = cases.filter(({ fault }) => fault !== undefined);
  it.each(refused.map((entry) => [`${entry.service}: ${entry.name}`, entry] as const))(
    "%s",
    (_name, entry) => {
      expect(faultOf(() => decode(entry.service, entry.form))).toEqual(entry.fault);
    },
  );

  it("beyond its bounds", () => {
    const limits: [string, string][] = [
      ["RequestEntityTooLarge", "a".repeat(bodyBytesMax + 1)],
      ["MalformedQueryString", `${"k".repeat(formKeyLengthMax + 1)}=1`],
      ["MalformedQueryString", `${"a.".repeat(formDepthMax)}a=1`],
    ];
    for (const [code, form] of limits) expect(faultOf(() => parseForm(form))).toMatchObject({ code });
    const pairs = Array.from({ length: formPairsMax }, (_unused, index) => `k${index}=`);
    expect(Object.keys(parseForm(pairs.join("&")).root)).toHaveLength(formPairsMax);
    expect(faultOf(() => parseForm([...pairs, "more="].join("&")))).toMatchObject({
      code: "MalformedQueryString",
    });
    const deepest = `${"a.".repeat(formDepthMax - 1)}a=1`;
    expect(() => parseForm(deepest)).not.toThrow();
  });

  it("when its bytes are not UTF-8", () => {
    expect(faultOf(() => parseForm(Uint8Array.of(0x61, 0x3d, 0xff)))).toMatchObject({
      code: "MalformedQueryString",
    });
  });

  it("without touching any prototype", () => {
    faultOf(() =>
      decode("ec2", "Action=DescribeVpcs&Version=2016-11-15&__proto__.polluted=1&constructor.prototype.x=1"),
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(parseForm("__proto__.a=1").root)).toBeNull();
  });
});
