import { bodyBytesMax, type RawRequest } from "@casemate/wire";
import { beforeEach, describe, expect, it } from "vitest";
import { fault } from "../kit/index.ts";
import { openCloud, type Asked, type TestCloud } from "./testing.ts";
import { sendRecorded } from "./testing/authorization-ledger.ts";
import { changedRows, dumpStore } from "./testing/store-dump.ts";

/** A valid request that changes something, for each service of the query protocols. */
const valid = {
  ec2: {
    service: "ec2",
    action: "CreateSecurityGroup",
    parameters: { GroupName: "g", GroupDescription: "g" },
  },
  iam: { service: "iam", action: "CreateUser", parameters: { UserName: "ana" } },
} as const satisfies Record<string, Asked>;

type ServiceName = keyof typeof valid;

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await openCloud();
  await cloud.send({ service: "ec2", action: "DescribeVpcs", credentials: cloud.admin });
});

const text = new TextEncoder();
/** Another text of the body, made from the one that is right. */
const body =
  (change: (form: string) => string | Uint8Array) =>
  (request: RawRequest): RawRequest => {
    const changed = change(new TextDecoder().decode(request.body));
    return { ...request, body: typeof changed === "string" ? text.encode(changed) : changed };
  };
const header =
  (name: string, value?: string) =>
  (request: RawRequest): RawRequest => ({
    ...request,
    headers: [
      ...request.headers.filter(([key]) => key !== name),
      ...(value === undefined ? [] : ([[name, value]] as const)),
    ],
  });
const asGet = (request: RawRequest): RawRequest => ({
  ...header("content-type")(request),
  method: "GET",
  rawQuery: new TextDecoder().decode(request.body),
  body: new Uint8Array(),
});

type Shape = NonNullable<Asked["shape"]>;
type Expected = readonly [status: number, code: string];

type Misshapen = [name: string, shape: Shape, ec2: Expected, query?: Expected];

/** Signed by the administrator, so that nothing but the form of the request is wrong. */
const misshapen: Misshapen[] = [
  [
    "a body over the limit",
    body((form) => `${form}&${"x".repeat(bodyBytesMax)}`),
    [413, "RequestEntityTooLarge"],
  ],
  ["a broken percent-encoding", body((form) => `${form}&A=%zz`), [400, "MalformedQueryString"]],
  ["half a character in percent-encoding", body((form) => `${form}&A=%C3`), [400, "MalformedQueryString"]],
  [
    "bytes that are not UTF-8",
    body((form) => Uint8Array.of(...text.encode(form), 0xff)),
    [400, "MalformedQueryString"],
  ],
  ["a control character", body((form) => `${form}&A=%00`), [400, "InvalidCharacter"]],
  ["a parameter given twice", body((form) => `${form}&Path=/a/&Path=/b/`), [400, "MalformedQueryString"]],
  [
    "a parameter that is text and structure",
    body((form) => `${form}&A=1&A.B=2`),
    [400, "MalformedQueryString"],
  ],
  ["an action given twice", body((form) => `${form}&Action=DeleteUser`), [400, "MalformedQueryString"]],
  ["deep nesting", body((form) => `${form}&${"A.".repeat(40)}A=1`), [400, "MalformedQueryString"]],
  ["a key of great length", body((form) => `${form}&${"A".repeat(600)}=1`), [400, "MalformedQueryString"]],
  ["20,001 parameters", body((form) => form + "&a=".repeat(20_001)), [400, "MalformedQueryString"]],
  [
    "an unknown parameter",
    body((form) => `${form}&Coffee=1`),
    [400, "UnknownParameter"],
    [400, "ValidationError"],
  ],
  [
    "a parameter of Object.prototype",
    body((form) => `${form}&__proto__.x=1`),
    [400, "UnknownParameter"],
    [400, "ValidationError"],
  ],
  [
    "a text where a structure belongs",
    body((form) => `${form}&DryRun.1=true&Tags.member=x`),
    [400, "UnknownParameter"],
    [400, "ValidationError"],
  ],
  ["no action", body((form) => form.replace(/Action=\w+&/, "")), [400, "MissingAction"]],
  [
    "an unknown action",
    body((form) => form.replace(/Action=\w+/, "Action=MakeCoffee")),
    [400, "InvalidAction"],
  ],
  [
    "an action of another service",
    body((form) => form.replace(/Action=\w+/, "Action=GetCallerIdentity")),
    [400, "InvalidAction"],
  ],
  [
    "a wrong version",
    body((form) => form.replace(/Version=[\d-]+/, "Version=2001-01-01")),
    [400, "InvalidAction"],
  ],
  [
    "no version",
    body((form) => form.replace(/&Version=[\d-]+/, "")),
    [400, "MissingParameter"],
    [400, "InvalidAction"],
  ],
  ["a byte order mark", body((form) => `\ufeff${form}`), [400, "MissingAction"]],
  ["an empty body", body(() => ""), [400, "MissingAction"]],
  [
    "parameters in the query of a POST",
    (request) => ({ ...request, rawQuery: "UserName=eve" }),
    [400, "InvalidQueryParameter"],
  ],
  [
    "an action in the query of a POST",
    (request) => ({ ...request, rawQuery: "Action=DeleteUser" }),
    [400, "InvalidQueryParameter"],
  ],
  ["a GET with a body", (request) => ({ ...asGet(request), body: request.body }), [400, "InvalidRequest"]],
  ["a path", (request) => ({ ...request, rawPath: "/admin" }), [400, "InvalidRequest"]],
  ["a PUT", (request) => ({ ...request, method: "PUT" }), [405, "MethodNotAllowed"]],
  ["a HEAD", (request) => ({ ...asGet(request), method: "HEAD" }), [405, "MethodNotAllowed"]],
  ["a DELETE", (request) => ({ ...asGet(request), method: "DELETE" }), [405, "MethodNotAllowed"]],
  ["a body of JSON", header("content-type", "application/json"), [415, "UnsupportedMediaType"]],
  [
    "a body of the JSON protocol",
    header("content-type", "application/x-amz-json-1.1"),
    [415, "UnsupportedMediaType"],
  ],
  ["a body without a type", header("content-type"), [415, "UnsupportedMediaType"]],
  [
    "a body in another alphabet",
    header("content-type", "application/x-www-form-urlencoded; charset=utf-16"),
    [415, "UnsupportedMediaType"],
  ],
  ["a compressed body", header("content-encoding", "gzip"), [415, "UnsupportedMediaType"]],
  [
    "a target of the JSON protocol",
    header("x-amz-target", "Service.CreateUser"),
    [400, "UnsupportedProtocol"],
  ],
  ["another protocol by name", header("smithy-protocol", "rpc-v2-cbor"), [400, "UnsupportedProtocol"]],
];

/** Signed rightly, then changed or sent at another time. */
const missigned: readonly (readonly [name: string, asked: Partial<Asked>, ec2: Expected, query: Expected])[] =
  [
    [
      "no signature",
      { credentials: undefined },
      [400, "MissingParameter"],
      [403, "MissingAuthenticationToken"],
    ],
    [
      "a body changed on the way",
      { tamper: (request) => ({ ...request, body: text.encode("Action=DeleteUser") }) },
      [403, "SignatureDoesNotMatch"],
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "a query added on the way",
      { tamper: (request) => ({ ...request, rawQuery: "a=b" }) },
      [403, "SignatureDoesNotMatch"],
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "a host changed on the way",
      { tamper: (request) => ({ ...request, ...header("host", "elsewhere")(request) }) },
      [403, "SignatureDoesNotMatch"],
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "a header of AWS added on the way",
      { tamper: (request) => ({ ...request, ...header("x-amz-target", "Service.DeleteUser")(request) }) },
      [403, "SignatureDoesNotMatch"],
      [403, "SignatureDoesNotMatch"],
    ],
    [
      "two signatures",
      {
        tamper: (request) => ({
          ...request,
          headers: [...request.headers, ...request.headers.filter(([name]) => /^authorization$/i.test(name))],
        }),
      },
      [400, "IncompleteSignature"],
      [403, "IncompleteSignature"],
    ],
    [
      "a session token that is not its own",
      { tamper: (request) => ({ ...request, ...header("x-amz-security-token", "abc")(request) }) },
      [401, "AuthFailure"],
      [403, "InvalidClientTokenId"],
    ],
    [
      "a region that is not here",
      { region: "mars-north-1" },
      [401, "AuthFailure"],
      [403, "SignatureDoesNotMatch"],
    ],
  ];

async function expectRefused(asked: Asked, [status, code]: Expected): Promise<void> {
  const before = dumpStore(cloud.store);
  const { answer, record } = await sendRecorded(cloud, asked);
  expect([answer.status, answer.code]).toEqual([status, code]);
  expect(answer.message).not.toMatch(/undefined|\[object|at .*\.ts/);
  expect(changedRows(before, dumpStore(cloud.store))).toEqual([]);
  expect(record.responseElements).toBeNull();
}

describe.each(Object.keys(valid) as ServiceName[])("the %s service", (service) => {
  const pick = (ec2: Expected, query: Expected = ec2): Expected => (service === "ec2" ? ec2 : query);

  it.each(misshapen)("refuses %s", async (_name, shape, ec2, query?: Expected) => {
    await expectRefused({ ...valid[service], credentials: cloud.admin, shape }, pick(ec2, query));
  });

  it.each(missigned)("refuses %s", async (_name, asked, ec2, query) => {
    await expectRefused({ ...valid[service], credentials: cloud.admin, ...asked }, pick(ec2, query));
  });

  it("refuses a request that is stale", async () => {
    const asked = { ...valid[service], credentials: cloud.admin };
    const stale = { ...asked, signedAfterMs: -301_000 };
    await expectRefused(stale, pick([400, "RequestExpired"], [403, "SignatureDoesNotMatch"]));
  });

  it("refuses a request that comes from the future", async () => {
    const asked = { ...valid[service], credentials: cloud.admin };
    const early = { ...asked, signedAfterMs: 301_000 };
    await expectRefused(early, pick([401, "AuthFailure"], [403, "SignatureDoesNotMatch"]));
  });

  it("refuses a presigned request that has run out", async () => {
    const asked = { ...valid[service], credentials: cloud.admin, shape: asGet, presignedSeconds: 60 };
    const late = { ...asked, signedAfterMs: -61_000 };
    await expectRefused(late, pick([400, "RequestExpired"], [403, "SignatureDoesNotMatch"]));
  });

  it("answers a GET, signed in its header or its query, as it answers a POST", async () => {
    const action = service === "ec2" ? "DescribeVpcs" : "ListUsers";
    const asked = { service, action, credentials: cloud.admin };
    const { answer } = await sendRecorded(cloud, asked);
    const same = (other: string) =>
      expect(other.replace(/[\da-f-]{36}/, "")).toBe(answer.text.replace(/[\da-f-]{36}/, ""));
    same((await sendRecorded(cloud, { ...asked, shape: asGet })).answer.text);
    same((await sendRecorded(cloud, { ...asked, shape: asGet, presignedSeconds: 60 })).answer.text);
    same((await sendRecorded(cloud, { ...asked, presignedSeconds: 60 })).answer.text);
  });

  it("answers what was refused before its body was read in its own words, and records it", async () => {
    const tooLarge = fault({ code: "RequestEntityTooLarge", status: 413, message: () => "Too large." });
    const head = {
      method: "POST",
      rawPath: "/",
      rawQuery: "",
      headers: [["host", `${service}.us-east-1.amazonaws.com`]] as const,
      sourceIp: "127.0.0.1",
      host: `${service}.us-east-1.amazonaws.com`,
    };
    const count = (await cloud.trail()).length;
    const reply = await cloud.path.refuse(head, tooLarge());
    expect([reply.status, String(reply.body).includes("<Code>RequestEntityTooLarge</Code>")]).toEqual([
      413,
      true,
    ]);
    expect((await cloud.trail()).length).toBe(count + 1);
  });
});

it("refuses an unknown filter", async () => {
  const parameters = { "Filter.1.Name": "colour", "Filter.1.Value.1": "red" };
  const asked = { service: "ec2", action: "DescribeVpcs", parameters, credentials: cloud.admin };
  await expectRefused(asked, [400, "InvalidParameterValue"]);
});

it("refuses a service that is not here in the protocol that was spoken", async () => {
  const asked = { service: "kms", action: "Encrypt", credentials: cloud.admin };
  const plain = await sendRecorded(cloud, asked);
  expect([plain.answer.status, plain.answer.code]).toEqual([403, "SignatureDoesNotMatch"]);
  expect(plain.record).toMatchObject({ eventSource: "casemate", recipientAccountId: "anonymous" });
  const json = await cloud.send({
    ...asked,
    shape: (request) =>
      header("content-type", "application/x-amz-json-1.1")({ ...request, body: text.encode("{}") }),
  });
  expect(JSON.parse(json.text)).toMatchObject({ __type: "InvalidSignatureException" });
});
