/**
 * Services that are spoken to in paths: a call is answered, refused and recorded in their words, and nothing
 * of a request is silently ignored. The service is a stand-in with two real operations of Access Analyzer.
 */
import type { AccessAnalyzerOperations } from "@casemate/wire/access-analyzer";
import { beforeAll, describe, expect, it } from "vitest";
import { fault, operationsOf, type Service } from "../kit/index.ts";
import type { HttpRequest } from "./http-message.ts";
import { openCloud, type Asked, type TestCloud } from "./testing.ts";

const unknownResource = fault({
  code: "ResourceNotFoundException",
  status: 404,
  message: (id: string) => `Could not find ${id}`,
  details: (id) => ({ resourceId: id, resourceType: "Tags" }),
});
const operation = operationsOf<AccessAnalyzerOperations>("access-analyzer");
const standIn: Service = {
  name: "access-analyzer",
  iamPrefix: "access-analyzer",
  eventSource: "access-analyzer.amazonaws.com",
  scope: "regional",
  refusal: { code: "AccessDeniedException", status: 403, encoded: false },
  operations: [
    operation("ListTagsForResource", {
      access: "read",
      honours: "all",
      needs: (_input, call) => [call.need()],
      handle: (_tx, { resourceArn }) => {
        if (!resourceArn.endsWith("/known")) throw unknownResource(resourceArn);
        return { tags: { team: "red" } };
      },
    }),
    operation("UntagResource", {
      access: "write",
      honours: "all",
      needs: (_input, call) => [call.need()],
      handle: () => ({}),
    }),
  ],
  faults: [unknownResource],
  collections: [],
  tables: [],
};
const arn = "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/known";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud({ beside: [standIn] });
});

const asked = (resourceArn = arn): Asked => ({
  service: "access-analyzer",
  action: "ListTagsForResource",
  parameters: { resourceArn },
  credentials: cloud.admin,
});
const lastRecord = async () => (await cloud.trail()).at(-1)!.record;

describe("a call", () => {
  it("is answered in JSON, and its parts are recorded", async () => {
    const { status, headers, json } = await cloud.send(asked());
    expect([status, json]).toEqual([200, { tags: { team: "red" } }]);
    expect(headers).toContainEqual(["content-type", "application/json"]);
    expect(headers.filter(([name]) => name === "x-amzn-requestid")).toHaveLength(1);
    const untag = { ...asked(), action: "UntagResource" };
    await cloud.send({ ...untag, parameters: { resourceArn: arn, tagKeys: ["a", "b"] } });
    expect(await lastRecord()).toMatchObject({
      eventSource: "access-analyzer.amazonaws.com",
      eventName: "UntagResource",
      requestParameters: { resourceArn: arn, tagKeys: ["a", "b"] },
    });
  });

  it("may be presigned", async () => {
    expect(await cloud.send({ ...asked(), presignedSeconds: 60 })).toMatchObject({ status: 200 });
  });

  it("is refused with the members of the exception, named in a header", async () => {
    const other = arn.replace("known", "other");
    const { status, json, headers } = await cloud.send(asked(other));
    const message = `Could not find ${other}`;
    expect([status, json]).toEqual([
      404,
      { resourceId: other, resourceType: "Tags", message, Message: message },
    ]);
    expect(headers).toContainEqual(["x-amzn-errortype", "ResourceNotFoundException"]);
    expect(await lastRecord()).toMatchObject({ errorCode: "ResourceNotFoundException" });
  });
});

type Shape = NonNullable<Asked["shape"]>;
const header =
  (name: string, value: string) =>
  <Request extends Pick<HttpRequest, "headers">>(request: Request): Request => ({
    ...request,
    headers: [...request.headers.filter(([key]) => key !== name), [name, value] as const],
  });
const part = (parts: { method?: string; rawPath?: string; rawQuery?: string; text?: string }): Shape => {
  const { text, ...more } = parts;
  return (request) => {
    const changed = { ...request, ...more };
    if (text === undefined) return changed;
    return header("content-type", "application/json")({ ...changed, body: new TextEncoder().encode(text) });
  };
};
const encoded = encodeURIComponent(arn);

const misshapen: readonly [name: string, shape: Shape, status: number, code: string][] = [
  ["an unknown path", part({ rawPath: "/coffee" }), 404, "UnknownOperationException"],
  ["a path that asks for more", part({ rawPath: `/tags/${encoded}/x` }), 404, "UnknownOperationException"],
  ["a path with dots", part({ rawPath: `/x/../tags/${encoded}` }), 404, "UnknownOperationException"],
  ["a path with an empty segment", part({ rawPath: `//tags/${encoded}` }), 404, "UnknownOperationException"],
  ["the root", part({ rawPath: "/" }), 404, "UnknownOperationException"],
  ["another method", part({ method: "PATCH" }), 404, "UnknownOperationException"],
  ["an operation that is not here", part({ rawPath: "/analyzer" }), 400, "UnsupportedOperation"],
  ["a broken path", part({ rawPath: "/tags/%zz" }), 400, "MalformedHttpRequestException"],
  ["an unknown parameter in the query", part({ rawQuery: "coffee=1" }), 400, "ValidationException"],
  ["half a character in the query", part({ rawQuery: "a=%C3" }), 400, "MalformedHttpRequestException"],
  ["an unknown parameter in the body", part({ text: '{"coffee":1}' }), 400, "ValidationException"],
  ["a label in the body", part({ text: '{"resourceArn":"x"}' }), 400, "ValidationException"],
  ["a broken body", part({ text: "{" }), 400, "SerializationException"],
  [
    "a body of another type",
    (request) => header("content-type", "text/plain")(part({ text: "{}" })(request)),
    415,
    "UnsupportedMediaTypeException",
  ],
  [
    "a compressed body",
    (request) => header("content-encoding", "gzip")(part({ text: "{}" })(request)),
    400,
    "MalformedHttpRequestException",
  ],
  [
    "a target of the JSON protocol",
    header("x-amz-target", "A.ListTagsForResource"),
    400,
    "MalformedHttpRequestException",
  ],
  [
    "another protocol by name",
    header("smithy-protocol", "rpc-v2-cbor"),
    400,
    "MalformedHttpRequestException",
  ],
];

describe("a request", () => {
  it.each(misshapen)("is refused with %s, and recorded", async (_name, shape, status, code) => {
    const answer = await cloud.send({ ...asked(), shape });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.message).not.toMatch(/undefined|\[object|at .*\.ts/);
    expect(await lastRecord()).toMatchObject({ errorCode: code, requestParameters: null });
  });

  it("is refused without a signature, and its record keeps the action that its path asks for", async () => {
    const answer = await cloud.send({ ...asked(), credentials: undefined });
    expect([answer.status, answer.code]).toEqual([403, "MissingAuthenticationTokenException"]);
    expect(await lastRecord()).toMatchObject({
      eventName: "ListTagsForResource",
      errorCode: "MissingAuthenticationTokenException",
    });
  });

  it.each([
    ["path", { rawPath: "/tags/arn%3Aaws%3Aother" }],
    ["query", { rawQuery: "tagKeys=a" }],
    ["method", { method: "DELETE" }],
  ])("is refused when its %s was changed on the way", async (_name, change) => {
    const answer = await cloud.send({ ...asked(), tamper: (request) => ({ ...request, ...change }) });
    expect([answer.status, answer.code]).toEqual([403, "InvalidSignatureException"]);
  });
});
