import { describe, expect, it } from "vitest";
import { modelOf } from "../request-path/testing.ts";
import { services } from "./index.ts";

/** Services that are to be whole. */
const whole = ["iam", "sts"];

describe.each(whole)("every operation of %s", (name) => {
  const service = services.find((each) => each.name === name);
  const served = new Set(service?.operations.map((operation) => operation.name));
  const absent = service?.absent ?? {};
  const known = Object.keys(modelOf(name).table.operations);

  it("is served or left out for a reason, and not both", () => {
    expect(known.filter((each) => !served.has(each) && absent[each] === undefined)).toEqual([]);
    expect(Object.keys(absent).filter((each) => served.has(each) || !known.includes(each))).toEqual([]);
    expect(Object.values(absent).filter((reason) => reason.length < 20)).toEqual([]);
  });
});

describe("IAM", () => {
  it("leaves out a tenth of its operations at most", () => {
    const iam = services.find((each) => each.name === "iam");
    const all = Object.keys(modelOf("iam").table.operations).length;
    expect(all).toBeGreaterThan(170);
    expect(Object.keys(iam?.absent ?? {}).length).toBeLessThanOrEqual(all / 10);
  });
});
