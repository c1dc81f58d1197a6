// The JSON protocols: what is refused, and the forms of values. Agreement with the SDK stands in
// round-trip.test.ts.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  bodyBytesMax,
  decodeJson,
  encodeError,
  encodeResult,
  jsonDepthMax,
  loadModel,
  resolveTarget,
} from "./index.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const table = read("../generated/iam.json").replace('"query"', '"json1.1"');
const model = loadModel(table, read("../generated/iam.constraints.json"));

function outcome(operation: string, body: string): unknown {
  try {
    return decodeJson(model, operation, body);
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
}

describe("a JSON body", () => {
  it("is decoded by the table", () => {
    const body = JSON.stringify({ UserName: "ab", Tags: [{ Key: "k", Value: "v" }], Path: null });
    expect(outcome("CreateUser", body)).toEqual({ UserName: "ab", Tags: [{ Key: "k", Value: "v" }] });
    expect(outcome("ListUsers", "")).toEqual({});
  });

  it.each([
    ["CreateUser", "{", "SerializationException: The request body is not valid JSON."],
    ["CreateUser", "[]", "SerializationException: Start of structure or map found where not expected."],
    [
      "CreateUser",
      '{"UserName":1}',
      "SerializationException: Value '1' at 'userName' can not be converted to a string",
    ],
    [
      "CreateUser",
      '{"UserName":"ab","Tags":{}}',
      "SerializationException: Start of structure or map found where not expected.",
    ],
    [
      "CreateUser",
      '{"UserName":"ab","Tags":[null]}',
      "SerializationException: Start of structure or map found where not expected.",
    ],
    [
      "ListUsers",
      '{"MaxItems":"5"}',
      "SerializationException: Value '5' at 'maxItems' can not be converted to an integer",
    ],
    [
      "ListUsers",
      '{"MaxItems":1.5}',
      "SerializationException: Value '1.5' at 'maxItems' can not be converted to an integer",
    ],
    [
      "ListUsers",
      '{"MaxItems":0}',
      "ValidationException: 1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      "CreateUser",
      "{}",
      "ValidationException: 1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
    ],
    [
      "CreateUser",
      '{"UserName":"ab","__proto__":{"a":1}}',
      "ValidationException: The parameter __proto__ is not recognized",
    ],
    ["Nothing", "{}", "UnknownOperationException: "],
  ])("of %s, %s, is refused", (operation, body, expected) => {
    expect(outcome(operation, body)).toBe(expected);
  });

  it("is bounded in bytes and depth, and brackets in texts do not count", () => {
    expect(outcome("ListUsers", " ".repeat(bodyBytesMax + 1))).toMatch(/^RequestEntityTooLargeException/);
    expect(outcome("ListUsers", "[".repeat(jsonDepthMax + 1))).toMatch(/nested deeper than/);
    expect(outcome("ListUsers", `{"Marker":"${'[{\\"'.repeat(100)}"}`)).toEqual({
      Marker: '[{"'.repeat(100),
    });
  });
});

describe("the JSON envelope", () => {
  it("takes the operation after the last dot of the target", () => {
    expect(resolveTarget(model, "com.amazonaws.iam.v20100508.AWSIdentityManagement_20100508.ListUsers")).toBe(
      "ListUsers",
    );
    expect(resolveTarget(model, "ListUsers")).toBe("ListUsers");
    expect(() => resolveTarget(model, "X.toString")).toThrow(
      expect.objectContaining({ code: "UnknownOperationException" }),
    );
  });

  it("carries results and errors", () => {
    const output = {
      User: { Path: "/", UserName: "a", UserId: "A", Arn: "arn", CreateDate: new Date(1_500) },
    };
    expect(encodeResult(model, "CreateUser", { output, requestId: "r" })).toEqual({
      status: 200,
      contentType: "application/x-amz-json-1.1",
      body: '{"User":{"Path":"/","UserName":"a","UserId":"A","Arn":"arn","CreateDate":1.5}}',
      headers: { "x-amzn-requestid": "r" },
    });
    const error = { protocol: "json1.0", code: "C", message: "m", status: 400, requestId: "r" } as const;
    expect(encodeError({ ...error, details: { Reason: "R" } })).toEqual({
      status: 400,
      contentType: "application/x-amz-json-1.0",
      body: '{"__type":"C","Reason":"R","message":"m","Message":"m"}',
      headers: { "x-amzn-requestid": "r" },
    });
  });
});
