// Federation by SAML as people live it: a provider of their own vouches for them, and the aws command line,
// the SDK for JavaScript and boto3 turn its response into a session of a role, without any credentials.
import { AssumeRoleWithSAMLCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { IAMClient, ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { awsCommand, tryAws } from "./aws-command.ts";
import { startDaemon, type Daemon } from "./daemon.ts";
import { hasProgram, run } from "./programs.ts";
import { samlIdp, type SamlIdp, type Vouching } from "./saml-idp.ts";
import { trail } from "./trail.ts";

interface Session {
  Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
  AssumedRoleUser: { Arn: string };
  Subject: string;
  NameQualifier: string;
}

const attributes = "https://aws.amazon.com/SAML/Attributes/";
const python = "/usr/bin/python3";
const hasBoto3 = spawnSync(python, ["-c", "import boto3"], { stdio: "ignore" }).status === 0;
const hasTools = hasProgram("aws") && spawnSync("openssl", ["version"], { stdio: "ignore" }).status === 0;

let daemon: Daemon;
let idp: SamlIdp;
let arns: { roleArn: string; providerArn: string };

beforeAll(async () => {
  if (!hasTools) return;
  daemon = await startDaemon();
  idp = samlIdp("https://idp.example.com/casemate");
  const aws = awsCommand(daemon);
  const file = join(daemon.dataDir, "metadata.xml");
  writeFileSync(file, idp.metadata);
  const { SAMLProviderArn: providerArn } = await aws<{ SAMLProviderArn: string }>(
    "iam",
    "create-saml-provider",
    "--name",
    "idp",
    "--saml-metadata-document",
    `file://${file}`,
  );
  const trust = {
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Federated: providerArn },
      Action: ["sts:AssumeRoleWithSAML", "sts:TagSession"],
      Condition: { StringEquals: { "saml:aud": "https://signin.aws.amazon.com/saml" } },
    },
  };
  const { Role } = await aws<{ Role: { Arn: string } }>(
    "iam",
    "create-role",
    "--role-name",
    "app",
    "--assume-role-policy-document",
    JSON.stringify(trust),
  );
  const reading = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: "iam:ListRoles", Resource: "*" },
      {
        Effect: "Allow",
        Action: "iam:ListUsers",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalTag/team": "red", "saml:sub": "ana" } },
      },
    ],
  };
  const put = ["iam", "put-role-policy", "--role-name", "app", "--policy-name", "reading"];
  await aws(...put, "--policy-document", JSON.stringify(reading));
  arns = { roleArn: Role.Arn, providerArn };
});
afterAll(async () => {
  await daemon?.stop();
});
beforeEach((context) => {
  context.skip(!hasTools, "no aws command line or no openssl on this machine");
});

const respond = (more: Partial<Vouching> = {}): string => idp.respond({ ...arns, ...more });

/** By the command line, which has no credentials and needs none. */
function assume(response: string) {
  const none = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
  const asked = ["--role-arn", arns.roleArn, "--principal-arn", arns.providerArn];
  return tryAws(daemon, ["sts", "assume-role-with-saml", ...asked, "--saml-assertion", response], none);
}

async function sessionOf(response: string): Promise<Session> {
  const { code, stdout, stderr } = await assume(response);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Session;
}

function environmentOf({ Credentials: keys }: Session): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: keys.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
    AWS_SESSION_TOKEN: keys.SessionToken,
  };
}

test("the command line turns a response into a session that may what the role may", async () => {
  const session = await sessionOf(respond());
  expect(session.AssumedRoleUser.Arn).toMatch(/:assumed-role\/app\/ana@example\.com$/);
  expect(session.Subject).toBe("ana");
  expect((await tryAws(daemon, ["iam", "list-roles"], environmentOf(session))).code).toBe(0);
  const users = await tryAws(daemon, ["iam", "list-users"], environmentOf(session));
  expect(users.stderr).toContain("(AccessDenied)");
  const tagged = await sessionOf(respond({ attributes: { [`${attributes}PrincipalTag:team`]: ["red"] } }));
  expect((await tryAws(daemon, ["iam", "list-users"], environmentOf(tagged))).code).toBe(0);
});

test("the SDK for JavaScript does without credentials", async () => {
  const settings = { region: "us-east-1", endpoint: daemon.endpoint, maxAttempts: 1 };
  const command = new AssumeRoleWithSAMLCommand({
    RoleArn: arns.roleArn,
    PrincipalArn: arns.providerArn,
    SAMLAssertion: respond({ sessionName: "js" }),
    DurationSeconds: 900,
  });
  const { Credentials: keys, Issuer, Audience, SubjectType } = await new STSClient(settings).send(command);
  expect([Issuer, Audience, SubjectType]).toEqual([
    idp.entityId,
    "https://signin.aws.amazon.com/saml",
    "persistent",
  ]);
  const credentials = {
    accessKeyId: keys?.AccessKeyId ?? "",
    secretAccessKey: keys?.SecretAccessKey ?? "",
    sessionToken: keys?.SessionToken ?? "",
  };
  const { Arn } = await new STSClient({ ...settings, credentials }).send(new GetCallerIdentityCommand({}));
  expect(Arn).toMatch(/:assumed-role\/app\/js$/);
  const iam = new IAMClient({ ...settings, credentials });
  expect((await iam.send(new ListRolesCommand({}))).Roles?.length).toBeGreaterThan(0);
  await expect(iam.send(new ListUsersCommand({}))).rejects.toThrow(
    /not authorized to perform: iam:ListUsers/,
  );
});

test("boto3 does without credentials", async (context) => {
  context.skip(!hasBoto3, "no boto3 on this machine");
  const script = [
    "import boto3, json, sys",
    "asked = json.load(sys.stdin)",
    "sts = boto3.client('sts', endpoint_url=asked.pop('endpoint'), region_name='us-east-1')",
    "print(sts.assume_role_with_saml(**asked)['AssumedRoleUser']['Arn'])",
  ];
  const asked = {
    endpoint: daemon.endpoint,
    RoleArn: arns.roleArn,
    PrincipalArn: arns.providerArn,
    SAMLAssertion: respond({ sessionName: "python" }),
  };
  const environment = { PATH: process.env["PATH"] ?? "", AWS_EC2_METADATA_DISABLED: "true" };
  const { stdout, stderr } = await run(python, ["-c", script.join("\n")], environment, JSON.stringify(asked));
  expect([stdout.trim(), stderr]).toEqual([expect.stringMatching(/:assumed-role\/app\/python$/), ""]);
});

test("a response that is not the provider's, or not for here and now, is refused", async () => {
  const tampered = Buffer.from(respond(), "base64").toString().replace(">ana<", ">bob<");
  const stranger = samlIdp(idp.entityId);
  const refused: [string, string][] = [
    [Buffer.from(tampered).toString("base64"), "(InvalidIdentityToken)"],
    [stranger.respond(arns), "(InvalidIdentityToken)"],
    [respond({ audience: "https://elsewhere.example.com" }), "(InvalidIdentityToken)"],
    [respond({ roleArn: `${arns.roleArn}2` }), "(InvalidIdentityToken)"],
    [respond({ issuedAt: Date.now() - 360_000 }), "(ExpiredTokenException)"],
    [respond({ attributes: { [`${attributes}SourceIdentity`]: ["ana"] } }), "(AccessDenied)"],
  ];
  for (const [response, code] of refused) {
    const { stderr } = await assume(response);
    expect(stderr).toContain(code);
  }
});

test("sessions and providers outlive the daemon, and no response stands in its trail", async () => {
  const response = respond();
  const session = await sessionOf(response);
  await daemon.kill();
  await daemon.restart();
  expect((await tryAws(daemon, ["iam", "list-roles"], environmentOf(session))).code).toBe(0);
  await sessionOf(response);
  const records = await trail(daemon);
  const said = records.filter(({ eventName }) => eventName === "AssumeRoleWithSAML");
  expect(said.map(({ userIdentity }) => userIdentity.type)).toContain("SAMLUser");
  expect(JSON.stringify(records)).not.toContain(response.slice(500, 600));
});

test("a provider that is deleted vouches for nobody", async () => {
  const aws = awsCommand(daemon);
  const got = await aws<{ SAMLMetadataDocument: string; ValidUntil: string }>(
    "iam",
    "get-saml-provider",
    "--saml-provider-arn",
    arns.providerArn,
  );
  expect(got.SAMLMetadataDocument).toBe(idp.metadata);
  await aws("iam", "delete-saml-provider", "--saml-provider-arn", arns.providerArn);
  expect(await aws("iam", "list-saml-providers")).toEqual({ SAMLProviderList: [] });
  expect((await assume(respond())).stderr).toContain("Specified provider doesn't exist");
  expect(daemon.complaints).toEqual([]);
});
