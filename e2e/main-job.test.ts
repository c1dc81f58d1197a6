import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { tryAws } from "./aws-command.ts";

import { openContainer } from "./container.ts";
import { hasProgram, run } from "./programs.ts";
import { openSmallCloud, whyNoInstances } from "./small-cloud.ts";
import type { Instance, SmallCloud } from "./small-cloud.ts";
import { trail } from "./trail.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();
const account = "000000000000";
const metadata = "http://169.254.169.254/latest";

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const mayDescribe = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" }],
};
const userData = `#!/bin/sh
echo "user data begins as $(id -un)"
mkdir -p /srv/www && echo "served by user data" >/srv/www/index.html
cd /srv/www && setsid python3 -m http.server 8080 </dev/null >/dev/null 2>&1 &
echo "user data ends"
`;

let cloud: SmallCloud;
let server: Instance;
let friend: Instance;

beforeAll(async () => {
  if (obstacle !== undefined) return;
  cloud = await openSmallCloud();
  await Promise.all(["web", "other"].map(createRoleWithProfile));
  const [serverGroup = "", friends = ""] = await Promise.all(
    ["server", "friends"].map((name) => cloud.createGroup(name)),
  );
  const rule = ["--group-id", serverGroup, "--protocol", "tcp", "--port", "8080", "--source-group", friends];
  await cloud.aws("ec2", "authorize-security-group-ingress", ...rule);
  const profile = ["--iam-instance-profile", "Name=web"];
  const script = ["--user-data", cloud.file("boot.sh", userData)];
  const given = "ResourceType=instance,Tags=[{Key=Name,Value=server},{Key=team,Value=red}]";
  const tags = ["--tag-specifications", given];
  const strict = "HttpTokens=required,HttpPutResponseHopLimit=1,InstanceMetadataTags=enabled";
  [server, friend] = await Promise.all([
    cloud.launch([serverGroup], ...profile, ...script, ...tags, "--metadata-options", strict),
    cloud.launch([friends], "--metadata-options", "HttpTokens=optional,HttpPutResponseHopLimit=2"),
  ]);
});
afterAll(async () => {
  await cloud?.daemon.stop();
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

async function createRoleWithProfile(name: string): Promise<void> {
  const document = ["--assume-role-policy-document", JSON.stringify(trust)];
  const policy = ["--policy-name", "describe", "--policy-document", JSON.stringify(mayDescribe)];
  await cloud.aws("iam", "create-role", "--role-name", name, ...document);
  await cloud.aws("iam", "put-role-policy", "--role-name", name, ...policy);
  await cloud.aws("iam", "create-instance-profile", "--instance-profile-name", name);
  const both = ["--instance-profile-name", name, "--role-name", name];
  await cloud.aws("iam", "add-role-to-instance-profile", ...both);
}

/** A request to the metadata service with a token. Answers status, headers and body as curl prints them. */
function ask(path: string, instance = server, flags = "-i"): Promise<string> {
  const token = `$(curl -sf -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" ${metadata}/api/token)`;
  return cloud.inside(
    instance,
    `curl -s ${flags} -H "X-aws-ec2-metadata-token: ${token}" ${metadata}/${path}`,
  );
}

interface Proof {
  instances: string[];
  caller: string;
  runInstances: { Code: string; Message: string };
  listUsers: { Code: string; Message: string };
}

function expectProof(said: string): void {
  const proof = JSON.parse(said) as Proof;
  const arn = `arn:aws:sts::${account}:assumed-role/web/${server.id}`;
  expect(proof.caller).toBe(arn);
  expect(proof.instances).toEqual(expect.arrayContaining([server.id, friend.id]));
  expect(proof.listUsers.Code).toMatch(/^AccessDenied(Exception)?$/);
  expect(proof.listUsers.Message).toBe(
    `User: ${arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${account}:user/ ` +
      "because no identity-based policy allows the iam:ListUsers action",
  );
  const refusal = proof.runInstances;
  expect(refusal.Code).toBe("UnauthorizedOperation");
  const [said_, encoded] = refusal.Message.split(" Encoded authorization failure message: ");
  expect(said_).toMatch(
    new RegExp(
      `^You are not authorized to perform this operation\\. User: ${arn} is not authorized to perform: ` +
        "ec2:RunInstances on resource: arn:aws:ec2:us-east-1:\\S+ " +
        "because no identity-based policy allows the ec2:RunInstances action\\.$",
    ),
  );
  expect(encoded).toMatch(/^[\w-]{100,}$/);
}

test("the console shows what user data printed", async () => {
  const console = await until("the console has the last line of user data", async () => {
    const asked = ["--instance-id", server.id, "--latest", "--query", "Output"];
    const text = (await cloud.aws<string | null>("ec2", "get-console-output", ...asked)) ?? "";
    return text.includes("user data ends") ? text : undefined;
  });
  expect(console).toContain("user data begins as root");
});

test("a member of the allowed group reads the page that user data serves; nobody else can", async () => {
  const page = `curl -s -m 2 http://${server.privateIp}:8080/`;
  await until("the page is served", async () =>
    (await cloud.tryInside(friend, page)).stdout === "served by user data\n" ? true : undefined,
  );
  expect(await cloud.visitor.visit(`http://${server.publicIp}:8080/`)).toBe("timeout");
});

test("an unmodified boto3 without configuration calls with the role of the instance", async (context) => {
  const found = await cloud.tryInside(server, "/usr/bin/python3 -c 'import boto3'");
  context.skip(found.code !== 0, "no boto3 in the system's Python");
  const program = readFileSync("e2e/guest/boto3_proof.py", "utf8");
  expectProof(await cloud.inside(server, "/usr/bin/python3 -", program));
});

test("an unmodified AWS SDK for JavaScript without configuration does the same", async () => {
  const bundled = await build({
    entryPoints: ["e2e/guest/sdk-proof.mjs"],
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module";const require=createRequire("file:///");' },
    write: false,
    logLevel: "silent",
  });
  const program = bundled.outputFiles[0]?.text ?? "";
  expectProof(await cloud.inside(server, "cat >sdk-proof.mjs && node sdk-proof.mjs", program));
});

test("the refusals are in the trail, and so is who gave out the session", async () => {
  const refused = await trail(cloud.daemon, "--errors", "--event", "ListUsers");
  const caller = `arn:aws:sts::${account}:assumed-role/web/${server.id}`;
  expect(refused.map(({ userIdentity }) => userIdentity.arn)).toContain(caller);
  expect(refused[0]).toMatchObject({ errorCode: "AccessDenied" });
  const launches = await trail(cloud.daemon, "--errors", "--event", "RunInstances");
  expect(launches[0]).toMatchObject({ errorCode: "Client.UnauthorizedOperation" });
  const assumed = await trail(cloud.daemon, "--event", "AssumeRole");
  expect(assumed[0]?.userIdentity).toMatchObject({ type: "AWSService", invokedBy: "ec2.amazonaws.com" });
});

test("the encoded message is opened by the administrator", async () => {
  const outcome = await cloud.tryInside(
    server,
    "aws ec2 run-instances --region us-east-1 --image-id ami-0ca5e3a7e00000001",
  );
  const encoded = /failure message: (\S+)/.exec(outcome.stderr)?.[1] ?? "";
  const decode = ["decode-authorization-message", "--encoded-message", encoded];
  const decoded = await cloud.aws<{ DecodedMessage: string }>("sts", ...decode);
  expect(JSON.parse(decoded.DecodedMessage)).toMatchObject({ allowed: false, explicitDeny: false });
});

test("the metadata service gives tokens with a bounded life and refuses requests without", async () => {
  const status = "-s -o /dev/null -w '%{http_code}'";
  const lifetime = "X-aws-ec2-metadata-token-ttl-seconds";
  const put = (header: string) =>
    cloud.inside(server, `curl ${status} -X PUT -H '${header}' ${metadata}/api/token`);
  expect(await cloud.inside(server, `curl ${status} ${metadata}/meta-data/`)).toBe("401");
  expect(await cloud.inside(friend, `curl ${status} ${metadata}/meta-data/`)).toBe("200");
  expect(await put("x: y")).toBe("400");
  expect(await put(`${lifetime}: 21601`)).toBe("400");
  expect(await put(`${lifetime}: 21600`)).toBe("200");
  expect(await put(`${lifetime}: 60' -H 'X-Forwarded-For: 198.51.100.7`)).toBe("403");
  expect(await ask("meta-data/instance-id")).toMatch(
    new RegExp(`^HTTP/1.1 200 OK[^]*X-aws-ec2-metadata-token-ttl-seconds: (60|59)[^]*${server.id}$`),
  );
});

test("a token is dead after its life, and one instance's token is nothing to another", async () => {
  const lifetime = (seconds: number) => `-H 'X-aws-ec2-metadata-token-ttl-seconds: ${seconds}'`;
  const token = (seconds: number) =>
    cloud.inside(server, `curl -sf -X PUT ${lifetime(seconds)} ${metadata}/api/token`);
  const use = (given: string, instance: Instance) =>
    cloud.inside(
      instance,
      `curl -s -o /dev/null -w '%{http_code}' -H 'X-aws-ec2-metadata-token: ${given}' ${metadata}/meta-data/`,
    );
  const long = await token(60);
  expect(await use(long, server)).toBe("200");
  expect(await use(long, friend)).toBe("401");
  const short = await token(1);
  await until("the token is dead", async () => ((await use(short, server)) === "401" ? true : undefined));
});

test("a container gets a token where the hop limit is 2 and none where it is 1", () => {
  const put = ["curl", "-sf", "-o", "/dev/null", "-m", "2", "-X", "PUT"];
  const request = [...put, "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", `${metadata}/api/token`];
  const reaches = (instance: Instance): number | null => {
    const container = openContainer(cloud.daemon.dataDir, instance.privateIp);
    try {
      return container.run(request);
    } finally {
      container.close();
    }
  };
  expect(reaches(friend)).toBe(0);
  expect(reaches(server)).toBe(28);
});

test("metadata tells tags and user data as they were given", async () => {
  expect(await ask("meta-data/tags/instance/", server, "")).toBe("Name\nteam");
  expect(await ask("meta-data/tags/instance/team", server, "")).toBe("red");
  expect(await ask("user-data", server, "")).toBe(userData);
  expect(await ask("meta-data/tags/instance/", friend)).toContain("404");
});

test("openssl verifies the instance identity document, and refuses another", async (context) => {
  context.skip(!hasProgram("openssl"), "no openssl on this machine");
  const document = await ask("dynamic/instance-identity/document", server, "");
  expect(JSON.parse(document)).toMatchObject({
    accountId: account,
    instanceId: server.id,
    privateIp: server.privateIp,
  });
  const pkcs7 = await ask("dynamic/instance-identity/rsa2048", server, "");
  const file = (name: string, content: string) => {
    const path = join(cloud.daemon.dataDir, name);
    writeFileSync(path, content);
    return path;
  };
  const envelope = file("rsa2048.pem", `-----BEGIN PKCS7-----\n${pkcs7}\n-----END PKCS7-----\n`);
  const published = "/_casemate/instance-identity-certificate?region=us-east-1";
  const certificate = file("region.pem", await (await fetch(cloud.daemon.endpoint + published)).text());
  const flags = [
    "smime",
    "-verify",
    "-in",
    envelope,
    "-inform",
    "PEM",
    "-certfile",
    certificate,
    "-noverify",
  ];
  const verify = (content: string) =>
    run("openssl", [...flags, "-content", content], { PATH: process.env["PATH"] ?? "" });
  const genuine = await verify(file("document", document));
  expect(genuine.stderr).toContain("Verification successful");
  expect(genuine.stdout).toBe(document);
  const forged = await verify(file("forged", document.replace(account, "111122223333")));
  expect(forged.code).not.toBe(0);
});

async function credentials(role: string): Promise<Record<string, string>> {
  const said = await ask(`meta-data/iam/security-credentials/${role}`, server, "-f");
  const { AccessKeyId = "", SecretAccessKey = "", Token = "" } = JSON.parse(said) as Record<string, string>;
  return {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: Token,
  };
}

test("credentials go at once with the association, and those of another profile come", async () => {
  const asked = ["--filters", `Name=instance-id,Values=${server.id}`];
  const query = ["--query", "IamInstanceProfileAssociations[?State=='associated'].AssociationId | [0]"];
  const describe = ["ec2", "describe-iam-instance-profile-associations", ...asked, ...query];
  const association = await cloud.aws<string>(...describe);
  await cloud.aws("ec2", "disassociate-iam-instance-profile", "--association-id", association);
  expect(await ask("meta-data/iam/security-credentials/web")).toMatch(/^HTTP\/1.1 404/);
  expect(await ask("meta-data/iam/info")).toMatch(/^HTTP\/1.1 404/);
  const other = ["--instance-id", server.id, "--iam-instance-profile", "Name=other"];
  await cloud.aws("ec2", "associate-iam-instance-profile", ...other);
  expect(await ask("meta-data/iam/security-credentials/", server, "")).toBe("other");
  const who = await tryAws(cloud.daemon, ["sts", "get-caller-identity"], await credentials("other"));
  expect(JSON.parse(who.stdout)).toMatchObject({
    Arn: `arn:aws:sts::${account}:assumed-role/other/${server.id}`,
  });
});

test("sessions of a role end with the role", async () => {
  const held = await credentials("other");
  const call = () => tryAws(cloud.daemon, ["ec2", "describe-instances"], held);
  expect((await call()).code).toBe(0);
  const both = ["--instance-profile-name", "other", "--role-name", "other"];
  await cloud.aws("iam", "remove-role-from-instance-profile", ...both);
  await cloud.aws("iam", "delete-role-policy", "--role-name", "other", "--policy-name", "describe");
  expect((await call()).stderr).toContain("(UnauthorizedOperation)");
  await cloud.aws("iam", "delete-role", "--role-name", "other");
  expect((await call()).stderr).toContain("(AuthFailure)");
  const identity = await tryAws(cloud.daemon, ["sts", "get-caller-identity"], held);
  expect(identity.stderr).toContain("(InvalidClientTokenId)");
  expect(await ask("meta-data/iam/security-credentials/other")).toMatch(/^HTTP\/1.1 404/);
});

test("all this time the daemon has logged no error", () => {
  expect(cloud.daemon.complaints).toEqual([]);
});
