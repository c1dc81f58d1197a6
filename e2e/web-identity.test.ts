// Federation by OpenID Connect with real clients: an issuer on loopback, a provider for it in IAM, and roles
// that its tokens may assume.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { startOidcIssuer } from "./oidc-issuer.ts";
import type { OidcIssuer } from "./oidc-issuer.ts";
import { hasProgram, run } from "./programs.ts";
import { threeClients } from "./three-clients.ts";
import type { CallerKeys, ClientAnswer, ThreeClients } from "./three-clients.ts";
import { trail } from "./trail.ts";

const account = "000000000000";
const roleArn = `arn:aws:iam::${account}:role/builder`;

let trusted: OidcIssuer;
/** Its authority is known to nobody: thumbprints vouch for it. */
let pinned: OidcIssuer;
/** The operator does not name it. */
let forbidden: OidcIssuer;
let daemon: Daemon;
let clients: ThreeClients;
let admin: CallerKeys;
const able = hasProgram("openssl") && hasProgram("aws");

beforeAll(async () => {
  if (!able) return;
  [trusted, pinned, forbidden] = await Promise.all([startOidcIssuer(), startOidcIssuer(), startOidcIssuer()]);
  const hosts = `${trusted.host},${pinned.host}`;
  const access = ["--oidc-hosts", hosts, "--oidc-ca-file", trusted.caFile];
  daemon = await startDaemon(["--machines", "recorded", ...access]);
  clients = threeClients(daemon);
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } =
    daemon.environment;
  admin = { accessKeyId, secretAccessKey };
  for (const [issuer, thumbprints] of [
    // An empty list, because older command lines do not know that it may be left out.
    [trusted, []],
    [pinned, [pinned.thumbprint]],
    [forbidden, [forbidden.thumbprint]],
  ] as const) {
    await must("iam", "CreateOpenIDConnectProvider", {
      Url: issuer.url,
      ClientIDList: ["e2e"],
      ThumbprintList: thumbprints,
    });
  }
  await trust({ StringLike: { [`${trusted.name}:sub`]: "ali*" } });
  await must("iam", "PutRolePolicy", {
    RoleName: "builder",
    PolicyName: "own",
    PolicyDocument: policy({ Effect: "Allow", Action: "iam:ListRoles", Resource: "*" }),
  });
});
afterAll(async () => {
  clients?.stop();
  await daemon?.stop();
  for (const issuer of [trusted, pinned, forbidden]) issuer?.stop();
});
beforeEach((context) => {
  context.skip(!able, "no openssl or no aws command line on this machine");
});

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

async function must(
  service: "iam" | "sts",
  operation: string,
  parameters: object,
): Promise<Record<string, unknown>> {
  const { output, message } = await clients.call({ service, operation, parameters, credentials: admin });
  if (output === undefined) throw new Error(`${operation}: ${message}`);
  return output;
}

/** Lets bearers of tokens of all three issuers in; the condition holds for the first one's. */
async function trust(condition: object): Promise<void> {
  const providerOf = ({ name }: OidcIssuer): string => `arn:aws:iam::${account}:oidc-provider/${name}`;
  const Action = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"];
  await must("iam", "CreateRole", {
    RoleName: "builder",
    AssumeRolePolicyDocument: policy(
      { Effect: "Allow", Principal: { Federated: providerOf(trusted) }, Action, Condition: condition },
      { Effect: "Allow", Principal: { Federated: [pinned, forbidden].map(providerOf) }, Action },
    ),
  });
}

function assume(token: string, more: object = {}): Promise<ClientAnswer> {
  const parameters = { RoleArn: roleArn, RoleSessionName: "e2e", WebIdentityToken: token, ...more };
  return clients.call({ service: "sts", operation: "AssumeRoleWithWebIdentity", parameters });
}

function keysIn({ output }: ClientAnswer): CallerKeys {
  const issued = (output ?? {})["Credentials"] as Record<string, string> | undefined;
  const { AccessKeyId, SecretAccessKey, SessionToken } = issued ?? {};
  return {
    accessKeyId: AccessKeyId ?? "",
    secretAccessKey: SecretAccessKey ?? "",
    sessionToken: SessionToken,
  };
}

test("each client assumes a role by a token, and calls as the session", async () => {
  for (const _client of clients.names) {
    const answer = await assume(trusted.token());
    expect(answer).toMatchObject({
      output: {
        SubjectFromWebIdentityToken: "alice",
        Audience: "e2e",
        Provider: `arn:aws:iam::${account}:oidc-provider/${trusted.name}`,
        AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/builder/e2e` },
      },
    });
    const credentials = keysIn(answer);
    const listed = await clients.call({ service: "iam", operation: "ListRoles", credentials });
    expect(listed.output).toBeDefined();
    const refused = await clients.call({ service: "iam", operation: "ListUsers", credentials });
    expect(refused.code).toBe("AccessDenied");
  }
  // One after the other, yet the keys were asked for once.
  expect(trusted.requests.filter((path) => path === "/keys")).toHaveLength(1);
});

test("a provider that was made without a thumbprint shows the one of its server", async () => {
  const OpenIDConnectProviderArn = `arn:aws:iam::${account}:oidc-provider/${trusted.name}`;
  expect(await must("iam", "GetOpenIDConnectProvider", { OpenIDConnectProviderArn })).toMatchObject({
    Url: trusted.name,
    ThumbprintList: [trusted.thumbprint],
  });
});

test("an issuer that no authority vouches for is known by its thumbprint, until that is another's", async () => {
  expect((await assume(pinned.token())).output).toBeDefined();
  const OpenIDConnectProviderArn = `arn:aws:iam::${account}:oidc-provider/${pinned.name}`;
  const update = { OpenIDConnectProviderArn, ThumbprintList: [trusted.thumbprint] };
  await must("iam", "UpdateOpenIDConnectProviderThumbprint", update);
  expect(await assume(pinned.token())).toMatchObject({
    code: expect.stringMatching(/^InvalidIdentityToken/),
    message: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
  });
});

test("an issuer that the operator does not name is never asked", async () => {
  for (const _client of clients.names) {
    expect(await assume(forbidden.token())).toMatchObject({
      code: expect.stringMatching(/^InvalidIdentityToken/),
      message: expect.stringContaining("Couldn't retrieve verification key from your identity provider"),
    });
  }
  expect(forbidden.requests).toEqual([]);
});

test("each client is told why a token does not count", async () => {
  const past = Math.floor(Date.now() / 1000) - 1;
  const [head = "", , signature = ""] = trusted.token().split(".");
  const forged = Buffer.from(JSON.stringify({ iss: trusted.url, sub: "alice", aud: "e2e", exp: past + 60 }));
  for (const [token, code, message] of [
    [
      trusted.token({ sub: "bob" }),
      "AccessDenied",
      "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    ],
    [trusted.token({ aud: "other" }), "InvalidIdentityToken", "Incorrect token audience"],
    [trusted.token({ exp: past }), "ExpiredToken", "Token expired: current date/time"],
    [
      trusted.token({ iss: "https://localhost:1" }),
      "InvalidIdentityToken",
      "No OpenIDConnect provider found",
    ],
    [`${head}.${forged.toString("base64url")}.${signature}`, "InvalidIdentityToken", "The signature of the"],
    ["not-a-token", "InvalidIdentityToken", "The ID Token provided is not a valid JWT"],
  ] as const) {
    for (const _client of clients.names) {
      const answer = await assume(token);
      expect(answer.code).toMatch(new RegExp(`^${code}`));
      expect(answer.message).toContain(message);
    }
  }
});

test("claims of the token become tags and the source identity of the session", async () => {
  const claims = {
    "https://aws.amazon.com/tags": { principal_tags: { team: ["red"] }, transitive_tag_keys: ["team"] },
    "https://aws.amazon.com/source_identity": "alice",
  };
  const answer = await assume(trusted.token(claims));
  expect(answer.output).toMatchObject({ SourceIdentity: "alice" });
  await must("iam", "PutRolePolicy", {
    RoleName: "builder",
    PolicyName: "tagged",
    PolicyDocument: policy({
      Effect: "Allow",
      Action: "iam:ListUsers",
      Resource: "*",
      Condition: {
        StringEquals: { "aws:PrincipalTag/team": "red", "aws:SourceIdentity": "alice" },
        StringLike: { [`${trusted.name}:sub`]: "alice" },
      },
    }),
  });
  const call = { service: "iam", operation: "ListUsers" } as const;
  expect((await clients.call({ ...call, credentials: keysIn(answer) })).output).toBeDefined();
  const untagged = keysIn(await assume(trusted.token()));
  expect((await clients.call({ ...call, credentials: untagged })).code).toBe("AccessDenied");
});

/** Whether this command line reads AWS_ENDPOINT_URL for the calls it makes by itself. */
async function readsEndpoint(): Promise<boolean> {
  const { stdout } = await run("aws", ["--version"], daemon.environment);
  const [major = 0, minor = 0] = (/aws-cli\/(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
  return major === 1 ? minor >= 29 : minor >= 13;
}

test("the command line and the SDK take the token from a file, as they do in a pod", async (context) => {
  const file = join(daemon.dataDir, "token");
  writeFileSync(file, trusted.token());
  const environment = {
    PATH: daemon.environment["PATH"] ?? "",
    // The command line keeps the session in the home folder, where another run would find it.
    HOME: daemon.dataDir,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ENDPOINT_URL: daemon.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ROLE_ARN: roleArn,
    AWS_ROLE_SESSION_NAME: "pod",
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
  };
  const arn = `arn:aws:sts::${account}:assumed-role/builder/pod`;
  const script =
    'import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";' +
    "const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));" +
    "console.log(Arn);";
  const sdk = await run(process.execPath, ["--input-type=module", "-e", script], environment);
  expect(sdk).toMatchObject({ code: 0, stdout: `${arn}\n` });
  context.skip(!(await readsEndpoint()), "this aws command line knows no AWS_ENDPOINT_URL");
  const cli = await run("aws", ["sts", "get-caller-identity", "--output", "json"], environment);
  expect(cli).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(cli.stdout)).toMatchObject({ Arn: arn });
});

test("keys that the issuer changes are fetched again", async () => {
  const before = trusted.token();
  trusted.rotate();
  await daemon.kill();
  await daemon.restart();
  expect((await assume(trusted.token())).output).toBeDefined();
  expect((await assume(before)).message).toContain("Couldn't retrieve verification key");
});

test("nothing of a token stands in the trail, and its bearer does", async () => {
  const token = trusted.token({ sub: "alice-in-the-trail" });
  await assume(token);
  const records = await trail(daemon, "--limit", "1000");
  expect(JSON.stringify(records)).not.toContain(token.split(".")[2]);
  expect(records).toContainEqual(
    expect.objectContaining({
      userIdentity: expect.objectContaining({ type: "WebIdentityUser", userName: "alice-in-the-trail" }),
    }),
  );
  expect(daemon.complaints).toEqual([]);
});
