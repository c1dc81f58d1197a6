// XML envelopes of results and errors, byte for byte.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeError, encodeResult, loadModel } from "./index.ts";

const load = (id: string) =>
  loadModel(readFileSync(new URL(`../generated/${id}.json`, import.meta.url), "utf8"));
const ec2 = load("ec2");
const iam = load("iam");

describe("EC2's envelope", () => {
  it("carries a result under its request id", () => {
    const output = { Vpcs: [{ VpcId: "vpc-1", IsDefault: false, Tags: [] }], Other: 1 };
    expect(encodeResult(ec2, "DescribeVpcs", { output, requestId: "r" })).toEqual({
      status: 200,
      contentType: "text/xml;charset=UTF-8",
      body:
        '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>' +
        "<vpcSet><item><isDefault>false</isDefault><tagSet></tagSet><vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>",
      headers: { "x-amzn-requestid": "r" },
    });
  });

  it("says true where an operation has no output", () => {
    const { body } = encodeResult(ec2, "CreateTags", { output: undefined, requestId: "r" });
    expect(body).toContain("<requestId>r</requestId><return>true</return></CreateTagsResponse>");
  });

  it("writes times with milliseconds", () => {
    const output = { Volumes: [{ CreateTime: new Date("2026-11-24T21:55:02Z") }] };
    const { body } = encodeResult(ec2, "DescribeVolumes", { output, requestId: "r" });
    expect(body).toContain("<createTime>2026-11-24T21:55:02.000Z</createTime>");
  });

  it("writes each of many times as itself, however they follow one another", () => {
    const times = [0, 1, 1, 0, 1_000, 1_000, 0].map((ms) => new Date(ms));
    const output = { Volumes: times.map((CreateTime) => ({ CreateTime })) };
    const { body } = encodeResult(ec2, "DescribeVolumes", { output, requestId: "r" });
    const written = [...body.matchAll(/<createTime>(.*?)<\/createTime>/g)].map(([, time]) => time);
    expect(written).toEqual(times.map((time) => time.toISOString()));
    const invalid = { Volumes: [{ CreateTime: new Date(Number.NaN) }] };
    expect(() => encodeResult(ec2, "DescribeVolumes", { output: invalid, requestId: "r" })).toThrow(
      RangeError,
    );
  });

  it("carries an error", () => {
    const error = {
      protocol: "ec2",
      code: "InvalidVpcID.NotFound",
      message: "<&>",
      status: 400,
      requestId: "r",
    } as const;
    expect(encodeError(error)).toMatchObject({
      status: 400,
      contentType: "text/xml;charset=UTF-8",
      body:
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>' +
        "<Message>&lt;&amp;&gt;</Message></Error></Errors><RequestID>r</RequestID></Response>",
    });
  });
});

describe("the query services' envelope", () => {
  it("carries a result and leaves it out where there is none", () => {
    const output = { AccountAliases: ["a"], IsTruncated: false };
    const { body, contentType } = encodeResult(iam, "ListAccountAliases", { output, requestId: "r" });
    expect(contentType).toBe("text/xml");
    expect(body).toBe(
      '<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccountAliasesResult>' +
        "<AccountAliases><member>a</member></AccountAliases><IsTruncated>false</IsTruncated></ListAccountAliasesResult>" +
        "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListAccountAliasesResponse>",
    );
    expect(encodeResult(iam, "DeleteUser", { output: {}, requestId: "r" }).body).toBe(
      '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">' +
        "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DeleteUserResponse>",
    );
  });

  it("carries an error and who is at fault", () => {
    const error = {
      protocol: "query",
      code: "NoSuchEntity",
      message: "m",
      status: 404,
      requestId: "r",
    } as const;
    expect(encodeError({ ...error, xmlNamespace: iam.xmlNamespace }).body).toBe(
      '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>' +
        "<Code>NoSuchEntity</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>",
    );
    expect(encodeError({ ...error, status: 500 }).body).toContain("<Type>Receiver</Type>");
  });
});

describe("text in XML", () => {
  it("stays whole, and what XML cannot carry becomes U+FFFD", () => {
    const output = { AccountAliases: ["a\0b\ud800c😀\r\n\t\u0085]]>"], IsTruncated: false };
    const { body } = encodeResult(iam, "ListAccountAliases", { output, requestId: "r" });
    expect(body).toContain("<member>a\ufffdb\ufffdc😀&#xD;\n\t\u0085]]&gt;</member>");
  });
});

describe("a model", () => {
  it("tells its identity without parsing the table, and knows its operations", () => {
    expect([iam.id, iam.protocol, iam.apiVersion, iam.signingName]).toEqual([
      "iam",
      "query",
      "2010-05-08",
      "iam",
    ]);
    expect(ec2.operationNames.length).toBeGreaterThan(800);
    expect([ec2.has("RunInstances"), ec2.has("constructor")]).toEqual([true, false]);
    expect(ec2.idempotencyTokenOf("RunInstances")).toBe("ClientToken");
    expect(ec2.idempotencyTokenOf("DescribeVpcs")).toBeUndefined();
    expect(
      loadModel(
        JSON.stringify(JSON.parse(readFileSync(new URL("../generated/sts.json", import.meta.url), "utf8"))),
      ).id,
    ).toBe("sts");
  });
});
