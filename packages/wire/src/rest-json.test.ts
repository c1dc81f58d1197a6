// The REST protocol: which operation a path asks for, where each part of an input comes from, and what is
// refused. Agreement with the SDK stands in round-trip.test.ts.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeRest, encodeError, encodeResult, loadModel, resolveRoute } from "./index.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const model = loadModel(
  read("../generated/access-analyzer.json"),
  read("../generated/access-analyzer.constraints.json"),
);

/** A service whose operations use every binding that is read or written. */
const bindings =
  loadModel(`${JSON.stringify({ id: "bindings", protocol: "rest-json", apiVersion: "1" }).slice(0, -1)},
${JSON.stringify({
  operations: {
    Put: [0, 1, ["PUT", "/things/{key+}", 201]],
    PutName: [0, 1, ["PUT", "/things/{key}/name", 200]],
    Pay: [2, 2, ["POST", "/pay", 200]],
  },
  errors: {},
  shapes: [
    [
      "S",
      "PutRequest",
      [
        ["key", "s", { l: 1 }],
        ["count", "n", { h: "X-Count" }],
        ["when", "t", { hq: "when" }],
        ["some", 3, { hq: "some" }],
        ["note", "s"],
      ],
      1,
    ],
    [
      "S",
      "PutResponse",
      [
        ["code", "n", { c: 1 }],
        ["count", "n", { h: "X-Count" }],
        ["at", "t", { h: "X-At" }],
        ["day", "td", { h: "X-Day" }],
        ["note", "s"],
      ],
      0,
    ],
    ["S", "Payload", [["whole", 4, { p: 1 }]], 0],
    ["L", "n"],
    ["S", "Whole", [["a", "s"]], 1],
  ],
}).slice(1)}`);

function outcome(method: string, target: string, body = "", of = model): unknown {
  const [rawPath = "", rawQuery = ""] = target.split("?");
  try {
    const { operation, labels } = resolveRoute(of, method, rawPath);
    const headers = [["x-count", "7"]] as const;
    return [operation, decodeRest(of, operation, { labels, rawQuery, headers, body: Buffer.from(body) })];
  } catch (error) {
    const { code, status, message } = error as { code: string; status: number; message: string };
    return `${status} ${code}: ${message}`;
  }
}
const arn = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/a";
const encodedArn = encodeURIComponent(arn);

describe("a request", () => {
  it("is routed by its method and its path", () => {
    expect(outcome("GET", "/analyzer")).toEqual(["ListAnalyzers", {}]);
    expect(outcome("GET", "/analyzer/a.b")).toEqual(["GetAnalyzer", { analyzerName: "a.b" }]);
    expect(outcome("GET", "/analyzer/a/archive-rule/r")).toEqual([
      "GetArchiveRule",
      { analyzerName: "a", ruleName: "r" },
    ]);
    expect(outcome("GET", `/tags/${encodedArn}`)).toEqual(["ListTagsForResource", { resourceArn: arn }]);
  });

  it.each([
    ["POST", "/analyzer"],
    ["get", "/analyzer"],
    ["GET", "/"],
    ["GET", ""],
    ["GET", "/analyzer/"],
    ["GET", "//analyzer"],
    ["GET", "/x/../analyzer"],
    ["GET", "/./analyzer"],
    ["GET", "/analyzer/.."],
    ["GET", `/tags/${arn}`],
    ["GET", "/constructor"],
  ])("that asks for %s %s is nobody's", (method, path) => {
    expect(outcome(method, path)).toBe("404 UnknownOperationException: ");
  });

  it("has its parts read by their bindings", () => {
    expect(outcome("GET", `/finding/f-1?analyzerArn=${encodedArn}`)).toEqual([
      "GetFinding",
      { id: "f-1", analyzerArn: arn },
    ]);
    expect(outcome("GET", "/analyzer?maxResults=5&type=ACCOUNT&X-Amz-Signature=ab")).toEqual([
      "ListAnalyzers",
      { maxResults: 5, type: "ACCOUNT" },
    ]);
    expect(outcome("DELETE", `/tags/${encodedArn}?tagKeys=a+b&tagKeys=%C3%A9`)).toEqual([
      "UntagResource",
      { resourceArn: arn, tagKeys: ["a b", "é"] },
    ]);
    expect(
      outcome(
        "POST",
        "/policy/validation?maxResults=2",
        '{"policyDocument":"{}","policyType":"IDENTITY_POLICY"}',
      ),
    ).toEqual(["ValidatePolicy", { policyDocument: "{}", policyType: "IDENTITY_POLICY", maxResults: 2 }]);
  });

  it("reads headers, numbers in lists, greedy paths and whole bodies", () => {
    expect(
      outcome("PUT", "/things/a/b%2Fc?when=2026-01-15T12:00:00Z&some=1&some=2", '{"note":"n"}', bindings),
    ).toEqual([
      "Put",
      { key: "a/b/c", count: 7, when: new Date("2026-01-15T12:00:00Z"), some: [1, 2], note: "n" },
    ]);
    expect(outcome("PUT", "/things/a/name", "", bindings)).toEqual(["PutName", { key: "a", count: 7 }]);
    expect(outcome("POST", "/pay", '{"a":"b"}', bindings)).toEqual(["Pay", { whole: { a: "b" } }]);
    expect(outcome("POST", "/pay", "", bindings)).toEqual(["Pay", {}]);
  });

  it("tells what kind of refusal it is", () => {
    for (const target of ["/analyzer?coffee=1", "/analyzer?type=COFFEE"]) {
      const [rawPath = "", rawQuery = ""] = target.split("?");
      const parts = { labels: {}, rawQuery, headers: [], body: new Uint8Array() };
      const { operation } = resolveRoute(model, "GET", rawPath);
      expect(() => decodeRest(model, operation, parts)).toThrow(
        expect.objectContaining({ details: { reason: "fieldValidationFailed" } }),
      );
    }
  });

  it.each([
    ["GET", "/analyzer?maxResults=five", "", "400 SerializationException: Value 'five' at 'maxResults'"],
    ["GET", "/analyzer?maxResults=1&maxResults=2", "", "400 SerializationException: Start of structure"],
    ["GET", "/analyzer?coffee=1", "", "400 ValidationException: The parameter coffee is not recognized"],
    ["GET", "/analyzer?__proto__=1", "", "400 ValidationException: The parameter __proto__"],
    ["GET", "/analyzer?nextToken=%zz", "", "400 MalformedHttpRequestException: A percent-encoding"],
    ["GET", "/analyzer?nextToken=%C3", "", "400 MalformedHttpRequestException: A percent-encoding"],
    ["GET", "/analyzer/%C3", "", "400 MalformedHttpRequestException: A percent-encoding"],
    [
      "GET",
      "/analyzer/1a",
      "",
      "400 ValidationException: 1 validation error detected: Value '1a' at 'analyzerName'",
    ],
    [
      "GET",
      "/analyzer?type=COFFEE",
      "",
      "400 ValidationException: 1 validation error detected: Value 'COFFEE' at 'type'",
    ],
    [
      "GET",
      "/finding/f-1",
      "",
      "400 ValidationException: 1 validation error detected: Value null at 'analyzerArn'",
    ],
    [
      "GET",
      "/analyzer",
      '{"maxResults":1}',
      "400 ValidationException: The parameter maxResults is not recognized",
    ],
    [
      "PUT",
      "/analyzer/a",
      '{"analyzerName":"b"}',
      "400 ValidationException: The parameter analyzerName is not recognized",
    ],
    ["PUT", "/analyzer", "{", "400 SerializationException: The request body is not valid JSON."],
    ["PUT", "/analyzer", "{}", "400 ValidationException: 2 validation errors detected: "],
    [
      "POST",
      "/policy/validation?maxResults=0",
      '{"policyDocument":"{}"}',
      "400 ValidationException: 1 validation error",
    ],
  ])("%s %s %s is refused", (method, target, body, refusal) => {
    expect(outcome(method, target, body)).toContain(refusal);
  });
});

describe("a reply", () => {
  const output = { summary: { name: "a" } };

  it("carries the output in its body", () => {
    expect(encodeResult(model, "UpdateAnalyzer", { output: {}, requestId: "r" })).toEqual({
      status: 200,
      contentType: "application/json",
      body: "{}",
      headers: { "x-amzn-requestid": "r" },
    });
    expect(encodeResult(model, "DeleteAnalyzer", { output, requestId: "r" }).body).toBe("");
  });

  it("carries what is bound in its status and its headers", () => {
    const at = new Date("2026-01-15T12:00:00.500Z");
    const result = { code: 202, count: 3, at, day: at, note: "n" };
    expect(encodeResult(bindings, "Put", { output: result, requestId: "r" })).toEqual({
      status: 202,
      contentType: "application/json",
      body: '{"note":"n"}',
      headers: {
        "x-count": "3",
        "x-at": "Thu, 15 Jan 2026 12:00:00 GMT",
        "x-day": "2026-01-15T12:00:00.500Z",
        "x-amzn-requestid": "r",
      },
    });
    expect(encodeResult(bindings, "Put", { output: {}, requestId: "r" }).status).toBe(201);
    const whole = { output: { whole: { a: "b" } }, requestId: "r" };
    expect(encodeResult(bindings, "Pay", whole).body).toBe('{"a":"b"}');
  });

  it("names its error in a header", () => {
    const error = { protocol: "rest-json", code: "C", message: "m", status: 404, requestId: "r" } as const;
    expect(encodeError({ ...error, details: { resourceId: "x" } })).toEqual({
      status: 404,
      contentType: "application/json",
      body: '{"resourceId":"x","message":"m","Message":"m"}',
      headers: { "x-amzn-requestid": "r", "x-amzn-errortype": "C" },
    });
  });
});
