/**
 * Services that are spoken to in JSON: a call is answered, refused and recorded in their words, and nothing
 * of a request is silently ignored. The service is a stand-in with one real operation of Organizations.
 */
import type { OrganizationsOperations } from "@casemate/wire/organizations";
import { beforeAll, describe, expect, it } from "vitest";
import { fault, operationsOf, type Service } from "../kit/index.ts";
import type { HttpRequest } from "./http-message.ts";
import { openCloud, type Asked, type TestCloud } from "./testing.ts";

const unknownPolicy = fault({
  code: "PolicyNotFoundException",
  message: () => "We can't find a policy with the PolicyId that you specified.",
  details: () => ({ Reason: "STAND_IN" }),
});
const operation = operationsOf<OrganizationsOperations>("organizations");
const standIn: Service = {
  name: "organizations",
  iamPrefix: "organizations",
  eventSource: "organizations.amazonaws.com",
  scope: "global",
  refusal: { code: "AccessDeniedException", status: 400, encoded: false },
  operations: [
    operation("DescribePolicy", {
      access: "read",
      honours: "all",
      needs: (_input, call) => [call.need()],
      handle: (_tx, { PolicyId }) => {
        if (PolicyId !== "p-12345678") throw unknownPolicy();
        return { Policy: { Content: "{}", PolicySummary: { Id: PolicyId } } };
      },
    }),
  ],
  faults: [unknownPolicy],
  collections: [],
  tables: [],
};

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud({ beside: [standIn] });
});

const asked = (parameters: Readonly<Record<string, unknown>> = { PolicyId: "p-12345678" }): Asked => ({
  service: "organizations",
  action: "DescribePolicy",
  parameters,
  credentials: cloud.admin,
});
const lastRecord = async () => (await cloud.trail()).at(-1)!.record;

describe("a call", () => {
  it("is answered in JSON", async () => {
    const { status, headers, json } = await cloud.send(asked());
    expect([status, json]).toEqual([200, { Policy: { Content: "{}", PolicySummary: { Id: "p-12345678" } } }]);
    expect(headers).toContainEqual(["content-type", "application/x-amz-json-1.1"]);
    expect(await lastRecord()).toMatchObject({
      eventSource: "organizations.amazonaws.com",
      eventName: "DescribePolicy",
      requestParameters: { policyId: "p-12345678" },
    });
  });

  it("may be presigned, and may say that its body is UTF-8", async () => {
    expect(await cloud.send({ ...asked(), presignedSeconds: 60 })).toMatchObject({ status: 200 });
    const shape = header("content-type", "application/x-amz-json-1.1; charset=utf-8");
    expect(await cloud.send({ ...asked(), shape })).toMatchObject({ status: 200 });
  });

  it("is refused with the members of the exception", async () => {
    const { status, json, headers } = await cloud.send(asked({ PolicyId: "p-99999999" }));
    const message = "We can't find a policy with the PolicyId that you specified.";
    const body = { __type: "PolicyNotFoundException", Reason: "STAND_IN", message, Message: message };
    expect([status, json]).toEqual([400, body]);
    expect(headers.map(([name]) => name)).toContain("x-amzn-requestid");
    expect(await lastRecord()).toMatchObject({ errorCode: "PolicyNotFoundException", errorMessage: message });
  });

  it("is refused in Organizations' own words when a parameter is outside its pattern", async () => {
    const { json } = await cloud.send(asked({ PolicyId: "x" }));
    const message = "You provided a value that does not match the required pattern.";
    const reason = { Reason: "INVALID_PATTERN" };
    expect(json).toEqual({ __type: "InvalidInputException", ...reason, message, Message: message });
  });

  it("is authorized as any other", async () => {
    const made = { service: "iam", credentials: cloud.admin, parameters: { UserName: "json-nobody" } };
    await cloud.send({ ...made, action: "CreateUser" });
    const key = await cloud.send({ ...made, action: "CreateAccessKey" });
    const credentials = {
      accessKeyId: key.element("AccessKeyId")!,
      secretAccessKey: key.element("SecretAccessKey")!,
    };
    const { status, code, message } = await cloud.send({ ...asked(), credentials });
    expect([status, code]).toEqual([400, "AccessDeniedException"]);
    expect(message).toContain("is not authorized to perform: organizations:DescribePolicy");
  });
});

const header =
  (name: string, value?: string) =>
  <Request extends Pick<HttpRequest, "headers">>(request: Request): Request => ({
    ...request,
    headers: [
      ...request.headers.filter(([key]) => key !== name),
      ...(value === undefined ? [] : [[name, value] as const]),
    ],
  });
const body = (text: string): NonNullable<Asked["shape"]> => {
  return (request) => ({ ...request, body: new TextEncoder().encode(text) });
};

const misshapen: readonly [name: string, shape: NonNullable<Asked["shape"]>, status: number, code: string][] =
  [
    ["another path", (request) => ({ ...request, rawPath: "/x" }), 404, "UnknownOperationException"],
    ["a GET", (request) => ({ ...request, method: "GET" }), 404, "UnknownOperationException"],
    ["no target", header("x-amz-target"), 404, "UnknownOperationException"],
    ["an unknown target", header("x-amz-target", "A.MakeCoffee"), 400, "UnknownOperationException"],
    [
      "an operation that is not here",
      header("x-amz-target", "AWSOrganizationsV20161128.ListRoots"),
      400,
      "UnsupportedOperation",
    ],
    [
      "another version of the protocol",
      type("application/x-amz-json-1.0"),
      415,
      "UnsupportedMediaTypeException",
    ],
    ["a form", type("application/x-www-form-urlencoded"), 415, "UnsupportedMediaTypeException"],
    ["no type", type(undefined), 415, "UnsupportedMediaTypeException"],
    [
      "another alphabet",
      type("application/x-amz-json-1.1; charset=utf-16"),
      415,
      "UnsupportedMediaTypeException",
    ],
    ["a compressed body", header("content-encoding", "gzip"), 400, "MalformedHttpRequestException"],
    ["another protocol", header("smithy-protocol", "rpc-v2-cbor"), 400, "MalformedHttpRequestException"],
    [
      "parameters in the query",
      (request) => ({ ...request, rawQuery: "PolicyId=p-12345678" }),
      400,
      "MalformedHttpRequestException",
    ],
    ["a broken body", body('{"PolicyId":'), 400, "SerializationException"],
    ["a list for a body", body("[]"), 400, "SerializationException"],
    ["a number for a text", body('{"PolicyId":1}'), 400, "SerializationException"],
    ["an unknown parameter", body('{"PolicyId":"p-12345678","Coffee":1}'), 400, "ValidationException"],
    ["a parameter of Object.prototype", body('{"__proto__":{"PolicyId":"p-1"}}'), 400, "ValidationException"],
    ["a required parameter left out", body("{}"), 400, "InvalidInputException"],
    ["a value outside its pattern", body('{"PolicyId":"x"}'), 400, "InvalidInputException"],
  ];

function type(value: string | undefined): NonNullable<Asked["shape"]> {
  return (request) => header("content-type", value)(request);
}

describe("a request", () => {
  it.each(misshapen)("is refused with %s, and recorded", async (_name, shape, status, code) => {
    const answer = await cloud.send({ ...asked(), shape });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.message).not.toMatch(/undefined|\[object|at .*\.ts/);
    expect(await lastRecord()).toMatchObject({ errorCode: code, requestParameters: null });
  });

  it("is refused without a signature, and its record keeps the action that it claims", async () => {
    const answer = await cloud.send({ ...asked(), credentials: undefined });
    expect([answer.status, answer.code]).toEqual([400, "MissingAuthenticationTokenException"]);
    expect(await lastRecord()).toMatchObject({
      eventName: "DescribePolicy",
      errorCode: "MissingAuthenticationTokenException",
    });
  });

  it("is refused when its target was changed on the way", async () => {
    const tamper = header("x-amz-target", "AWSOrganizationsV20161128.ListRoots");
    const answer = await cloud.send({ ...asked(), tamper });
    expect([answer.status, answer.code]).toEqual([400, "InvalidSignatureException"]);
  });
});
