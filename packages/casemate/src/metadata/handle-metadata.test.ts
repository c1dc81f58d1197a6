import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { InstanceMetadata, MetadataPort } from "@casemate/cloud";
import { handleMetadata, targetCharactersMax } from "./handle-metadata.ts";
import type { MetadataRequest, MetadataResponse } from "./handle-metadata.ts";
import { instance, nowMs, portOf, sourceIp, vpcId } from "./metadata-fixture.ts";
import { createMetadataTokens } from "./tokens.ts";
import { metadataVersions } from "./tree.ts";

const tokens = createMetadataTokens(Buffer.alloc(32, 1), (count) => new Uint8Array(count));

interface Ask extends Partial<MetadataRequest> {
  readonly at?: number;
}

function ask(port: MetadataPort, request: Ask, failed?: (cause: unknown) => void): Promise<MetadataResponse> {
  const { at, ...rest } = request;
  return handleMetadata(
    { vpcId, sourceIp, method: "GET", target: "/latest/meta-data/", headers: {}, ...rest },
    { port, tokens, nowMs: at ?? nowMs, failed },
  );
}

const only = (metadata: InstanceMetadata): MetadataPort => portOf({ [`${vpcId}/${sourceIp}`]: metadata });
const shown = only(instance());

async function text(port: MetadataPort, target: string): Promise<string> {
  const reply = await ask(port, { target });
  expect([target, reply.status]).toEqual([target, 200]);
  return reply.body as string;
}

async function tokenOf(port: MetadataPort, from: Ask = {}): Promise<string> {
  const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
  const reply = await ask(port, { method: "PUT", target: "/latest/api/token", headers, ...from });
  expect(reply.status).toBe(200);
  return reply.body as string;
}

describe("the metadata tree", () => {
  it("lists versions, then a version, then categories as AWS names them", async () => {
    expect(await text(shown, "/")).toBe(metadataVersions.join("\n"));
    expect(await text(shown, "/latest")).toBe("dynamic\nmeta-data\nuser-data");
    expect(await text(shown, "/2021-03-23/")).toBe("dynamic\nmeta-data\nuser-data");
    expect((await text(shown, "/latest/meta-data/")).split("\n")).toEqual([
      "ami-id",
      "ami-launch-index",
      "ami-manifest-path",
      "block-device-mapping/",
      "events/",
      "hibernation/",
      "hostname",
      "iam/",
      "instance-action",
      "instance-id",
      "instance-life-cycle",
      "instance-type",
      "local-hostname",
      "local-ipv4",
      "mac",
      "metrics/",
      "network/",
      "placement/",
      "profile",
      "public-hostname",
      "public-ipv4",
      "public-keys/",
      "reservation-id",
      "security-groups",
      "services/",
    ]);
    const mac = "/latest/meta-data/network/interfaces/macs/02:0a:00:00:00:0b/";
    expect((await text(shown, mac)).split("\n")).toEqual([
      "device-number",
      "interface-id",
      "ipv4-associations/",
      "local-hostname",
      "local-ipv4s",
      "mac",
      "owner-id",
      "public-hostname",
      "public-ipv4s",
      "security-group-ids",
      "security-groups",
      "subnet-id",
      "subnet-ipv4-cidr-block",
      "vpc-id",
      "vpc-ipv4-cidr-block",
      "vpc-ipv4-cidr-blocks",
    ]);
  });

  it.each([
    ["instance-id", "i-0123456789abcdef0"],
    ["ami-launch-index", "0"],
    ["block-device-mapping/", "ami\nroot"],
    ["block-device-mapping/root", "/dev/xvda"],
    ["network/interfaces/macs/", "02:0a:00:00:00:0b/"],
    ["network/interfaces/macs/02:0a:00:00:00:0b/ipv4-associations/", "203.0.113.10"],
    ["network/interfaces/macs/02:0a:00:00:00:0b/ipv4-associations/203.0.113.10", "10.0.1.10"],
    ["network/interfaces/macs/02%3A0a%3a00:00:00:0b/local-ipv4s", "10.0.1.10\n10.0.1.11"],
    ["network/interfaces/macs/02:0a:00:00:00:0b/vpc-ipv4-cidr-block", "10.0.0.0/16"],
    ["network/interfaces/macs/02:0a:00:00:00:0b/vpc-ipv4-cidr-blocks", "10.0.0.0/16\n10.1.0.0/16"],
    ["placement/", "availability-zone\navailability-zone-id\nregion"],
    ["placement/availability-zone-id", "use1-az1"],
    ["public-keys/", "0=my-key"],
    ["public-keys/0/", "openssh-key"],
    ["public-keys/0/openssh-key", "ssh-ed25519 AAAA my-key"],
    ["security-groups", "web\nssh access"],
    ["services/", "domain\npartition"],
    ["iam", "info\nsecurity-credentials/"],
    ["iam/security-credentials", "web-role"],
    ["events/maintenance/scheduled", "[]"],
  ])("shows %s", async (path, value) => {
    expect(await text(shown, `/latest/meta-data/${path}`)).toBe(value);
  });

  it.each([
    "/latest/meta-data/spot/instance-action",
    "/latest/meta-data/managed-ssh-keys/signer-ocsp",
    "/latest/meta-data/tags/instance",
    "/latest/meta-data/instance-id/",
    "/latest/meta-data/instance-id/x",
    "/latest//meta-data/instance-id",
    "/latest/meta-data/../meta-data/instance-id",
    "/latest/meta-data/__proto__",
    "/latest/meta-data/constructor",
    "/latest/meta-data/%",
    "/latest/meta-data/iam/security-credentials/other-role",
    "/latest/api",
    "/2999-01-01/meta-data/",
    "latest",
    "",
    `/latest/${"a".repeat(targetCharactersMax)}`,
  ])("does not find %s", async (target) => {
    const reply = await ask(shown, { target });
    expect(reply.status).toBe(404);
    expect(reply.body).toContain("<title>404 - Not Found</title>");
    expect(reply.headers).toContainEqual(["Content-Type", "text/html"]);
  });

  it("shows user data as the bytes that were given, and 404 where there are none", async () => {
    const reply = await ask(shown, { target: "/latest/user-data" });
    expect(reply.body).toEqual(Buffer.from([0x23, 0x21, 0x00, 0xff]));
    expect(reply.headers).toContainEqual(["Content-Type", "application/octet-stream"]);
    const without = only(instance({}, { userData: undefined }));
    expect((await ask(without, { target: "/latest/user-data" })).status).toBe(404);
    expect(await text(without, "/latest/")).toBe("dynamic\nmeta-data");
  });

  it("shows every interface, and its prefixes where it has some", async () => {
    const { interfaces } = instance();
    const second = {
      ...interfaces[0]!,
      mac: "02:0a:00:00:00:0c",
      deviceNumber: 1,
      ipv6s: ["2001:db8::5"],
      ipv4Prefixes: ["10.0.1.96/28"],
      ipv6Prefixes: ["2001:db8:0:1::/80"],
    };
    const two = only(instance({}, { interfaces: [...interfaces, second] }));
    const macs = "/latest/meta-data/network/interfaces/macs/";
    expect(await text(two, macs)).toBe("02:0a:00:00:00:0b/\n02:0a:00:00:00:0c/");
    for (const [name, value] of [
      ["device-number", "1"],
      ["ipv4-prefix", "10.0.1.96/28"],
      ["ipv6-prefix", "2001:db8:0:1::/80"],
      ["ipv6s", "2001:db8::5"],
    ]) {
      expect(await text(two, `${macs}02:0a:00:00:00:0c/${name}`)).toBe(value);
    }
  });

  it("shows tags only when the option is enabled", async () => {
    const tagged = only(instance({ instanceTags: "enabled" }));
    expect(await text(tagged, "/latest/meta-data/tags/")).toBe("instance/");
    expect(await text(tagged, "/latest/meta-data/tags/instance")).toBe("Name\nteam:cost+centre@x");
    expect(await text(tagged, "/latest/meta-data/tags/instance/Name")).toBe("web 1");
    expect(await text(tagged, "/latest/meta-data/tags/instance/team:cost+centre%40x")).toBe("blue");
  });

  it("shows the signed identity documents", async () => {
    const at = "/latest/dynamic/instance-identity/";
    expect(await text(shown, at)).toBe("document\npkcs7\nrsa2048\nsignature");
    expect(await text(shown, `${at}document`)).toContain('"accountId" : "111122223333"');
    expect(await text(shown, `${at}rsa2048`)).toBe("cnNh");
  });

  it("says when the facts were last modified and that ranges are not served", async () => {
    const { headers } = await ask(shown, { target: "/latest/meta-data/ami-id" });
    expect(headers).toEqual([
      ["Content-Type", "text/plain"],
      ["Accept-Ranges", "none"],
      ["Last-Modified", "Thu, 15 Jan 2026 12:00:00 GMT"],
    ]);
  });
});

describe("role credentials", () => {
  const path = "/latest/meta-data/iam/security-credentials/web-role";

  it("are spelled as AWS spells them and marked by the way they were delivered", async () => {
    expect(await text(shown, path)).toBe(`{
  "Code" : "Success",
  "LastUpdated" : "2026-01-15T12:00:00Z",
  "Type" : "AWS-HMAC",
  "AccessKeyId" : "ASIA10EXAMPLE",
  "SecretAccessKey" : "secret/+",
  "Token" : "token==",
  "Expiration" : "2026-01-15T18:00:00Z"
}`);
    const headers = { "x-aws-ec2-metadata-token": await tokenOf(shown) };
    const reply = await ask(shown, { target: path, headers });
    expect(reply.body).toContain('"AccessKeyId" : "ASIA20EXAMPLE"');
    expect(reply.headers).toContainEqual(["X-aws-ec2-metadata-token-ttl-seconds", "60"]);
  });

  it.each(["no-profile", "role-gone"] as const)("are gone at once on %s", async (fault) => {
    const port = portOf({ [`${vpcId}/${sourceIp}`]: instance() }, () => fault);
    expect((await ask(port, { target: path })).status).toBe(404);
  });

  it("say so when the trust policy does not let EC2 assume the role", async () => {
    const port = portOf({ [`${vpcId}/${sourceIp}`]: instance() }, () => "not-assumable");
    const told = JSON.parse(await text(port, path)) as Record<string, string>;
    expect(told["Code"]).toBe("AssumeRoleUnauthorizedAccess");
    expect(told["Message"]).toContain("EC2 cannot assume the role web-role.");
    expect(Object.keys(told)).toEqual(["Code", "Message", "LastUpdated"]);
  });

  it("answer 503 when they are not to be had at the moment, and tell only the operator why", async () => {
    const causes: unknown[] = [];
    const late: MetadataPort = { ...shown, credentials: () => Promise.reject(new Error("store stopped")) };
    const reply = await ask(late, { target: path }, (cause) => causes.push(cause));
    expect(reply.status).toBe(503);
    expect(reply.body).not.toContain("store stopped");
    expect(causes).toEqual([new Error("store stopped")]);
  });

  it("do not exist without a profile, and iam/info tells of a deleted one", async () => {
    const none = only(instance({}, { iam: undefined }));
    expect((await ask(none, { target: "/latest/meta-data/iam/" })).status).toBe(404);
    expect((await ask(none, { target: "/latest/meta-data/iam/info" })).status).toBe(404);
    expect(JSON.parse(await text(shown, "/latest/meta-data/iam/info"))).toEqual({
      Code: "Success",
      LastUpdated: "2026-01-15T12:00:00Z",
      InstanceProfileArn: "arn:aws:iam::111122223333:instance-profile/web",
      InstanceProfileId: "AIPAEXAMPLE",
    });
    const { iam } = instance();
    const deleted = only(instance({}, { iam: { ...iam!, roleName: undefined, exists: false } }));
    expect(await text(deleted, "/latest/meta-data/iam")).toBe("info");
    expect(await text(deleted, "/latest/meta-data/iam/info")).toContain('"Code" : "InstanceProfileNotFound"');
  });
});

describe("session tokens", () => {
  const put = { method: "PUT", target: "/latest/api/token" } as const;
  const ttl = "x-aws-ec2-metadata-token-ttl-seconds";
  const header = "x-aws-ec2-metadata-token";
  const strict = only(instance({ httpTokens: "required" }));

  it("come with their life as the first header", async () => {
    const reply = await ask(shown, { ...put, headers: { [ttl]: "21600" } });
    expect(reply.headers[0]).toEqual(["X-aws-ec2-metadata-token-ttl-seconds", "21600"]);
  });

  it.each([undefined, "", "0", "21601", "-1", "1.5", "0x10", "60, 60", " 60", "1e3", "999999"])(
    "are refused for a life of %s",
    async (life) => {
      expect((await ask(shown, { ...put, headers: { [ttl]: life } })).status).toBe(400);
    },
  );

  it("are refused to a forwarded request", async () => {
    const headers = { [ttl]: "60", "x-forwarded-for": "" };
    expect((await ask(shown, { ...put, headers })).status).toBe(403);
  });

  it("are needed for everything when the instance requires them", async () => {
    for (const target of ["/", "/latest/meta-data/", "/latest/user-data", "/no-such-thing"])
      expect((await ask(strict, { target })).status).toBe(401);
    const headers = { [header]: await tokenOf(strict) };
    expect((await ask(strict, { headers })).status).toBe(200);
    expect((await ask(strict, { headers, at: nowMs + 60_000 })).status).toBe(401);
  });

  it("must be valid whenever one is shown, even where none is needed", async () => {
    for (const token of ["", "x", `${await tokenOf(shown)}, x`])
      expect((await ask(shown, { headers: { [header]: token } })).status).toBe(401);
  });

  it("do not serve another instance, nor the same address in another VPC", async () => {
    const { interfaces } = instance();
    const port = portOf({
      [`${vpcId}/${sourceIp}`]: instance({ httpTokens: "required" }),
      [`${vpcId}/10.0.1.20`]: instance({}, { instanceId: "i-2", callerInterfaceId: "eni-2", interfaces }),
      [`vpc-other/${sourceIp}`]: instance({}, { instanceId: "i-3", callerInterfaceId: "eni-3" }),
    });
    const headers = { [header]: await tokenOf(port) };
    expect((await ask(port, { headers })).status).toBe(200);
    expect((await ask(port, { headers, sourceIp: "10.0.1.20" })).status).toBe(401);
    expect((await ask(port, { headers, vpcId: "vpc-other" })).status).toBe(401);
    expect(await ask(port, { vpcId: "vpc-other", target: "/latest/meta-data/instance-id" })).toMatchObject({
      status: 200,
      body: "i-3",
    });
  });
});

describe("refusals", () => {
  it("answer 403 while the endpoint is disabled, also to a token request", async () => {
    const off = only(instance({ httpEndpoint: "disabled" }));
    expect((await ask(off, {})).status).toBe(403);
    const headers = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    expect((await ask(off, { method: "PUT", target: "/latest/api/token", headers })).status).toBe(403);
  });

  it("answer 403 over IPv6 unless the instance enables it", async () => {
    const port = portOf({
      [`${vpcId}/fd00::1`]: instance(),
      [`${vpcId}/fd00::2`]: instance({ ipv6: "enabled" }),
    });
    expect((await ask(port, { sourceIp: "fd00::1" })).status).toBe(403);
    expect((await ask(port, { sourceIp: "fd00::2" })).status).toBe(200);
  });

  it("show a stranger nothing", async () => {
    expect((await ask(shown, { sourceIp: "10.0.9.9" })).status).toBe(404);
    expect((await ask(shown, { vpcId: "vpc-other" })).status).toBe(404);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])("answer 405 to %s", async (method) => {
    const reply = await ask(shown, { method });
    expect([reply.status, reply.reason]).toEqual([405, "Not Allowed"]);
    expect(reply.headers).toContainEqual(["Allow", "GET, HEAD"]);
  });

  it("answer 405 to a GET of the token path and say what is allowed there", async () => {
    const reply = await ask(shown, { target: "/latest/api/token" });
    expect(reply.status).toBe(405);
    expect(reply.headers).toContainEqual(["Allow", "OPTIONS, PUT"]);
  });

  it("are all that garbage gets: any request has an answer below 500", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.string(),
        fc.dictionary(fc.string(), fc.string()),
        async (a, b, headers) => {
          const reply = await ask(shown, { method: a, target: `/latest/${b}`, headers });
          expect(reply.status).toBeLessThan(500);
        },
      ),
    );
  });
});
