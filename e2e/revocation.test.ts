// What has been taken away stays away: deleted keys, roles, users and sessions never work again, whatever
// comes after them under the same name, and also after the daemon was killed and started again.
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

let daemon: Daemon;
let admin: Keys;
/** Credentials by what became of what they stood for. */
const taken = new Map<string, Keys>();
let kept: Keys;

const everything = policy({ Effect: "Allow", Action: "*", Resource: "*" });

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function clientFor<Client>(
  Client: new (settings: { region: string; endpoint: string; credentials: Keys; maxAttempts: 1 }) => Client,
  credentials: Keys,
): Client {
  return new Client({ region: "us-east-1", endpoint: daemon.endpoint, credentials, maxAttempts: 1 });
}

const iam = (keys = admin): IAMClient => clientFor(IAMClient, keys);
const sts = (keys = admin): STSClient => clientFor(STSClient, keys);

function keysIn(
  made: Partial<Record<"AccessKeyId" | "SecretAccessKey" | "SessionToken", string | undefined>> | undefined,
): Keys {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken } = made ?? {};
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  return SessionToken === undefined ? keys : { ...keys, sessionToken: SessionToken };
}

async function createUser(UserName: string): Promise<Keys> {
  await iam().send(new CreateUserCommand({ UserName }));
  await iam().send(new PutUserPolicyCommand({ UserName, PolicyName: "all", PolicyDocument: everything }));
  return keysIn((await iam().send(new CreateAccessKeyCommand({ UserName }))).AccessKey);
}

async function deleteUser(UserName: string, { accessKeyId: AccessKeyId }: Keys): Promise<void> {
  await iam().send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  await iam().send(new DeleteUserPolicyCommand({ UserName, PolicyName: "all" }));
  await iam().send(new DeleteUserCommand({ UserName }));
}

async function createRole(RoleName: string, AWS: string): Promise<string> {
  const trust = policy({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" });
  const made = await iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  await iam().send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument: everything }));
  return made.Role?.Arn ?? "";
}

async function assume(RoleArn: string, keys = admin): Promise<Keys> {
  const asked = new AssumeRoleCommand({ RoleArn, RoleSessionName: "session" });
  return keysIn((await sts(keys).send(asked)).Credentials);
}

async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "allowed",
    (cause: unknown) => (cause as Error).name,
  );
}

const who = (keys: Keys): Promise<string> => outcome(sts(keys).send(new GetCallerIdentityCommand({})));

beforeAll(async () => {
  daemon = await startDaemon();
  admin = {
    accessKeyId: daemon.environment["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: daemon.environment["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  const account = (await sts().send(new GetCallerIdentityCommand({}))).Account ?? "";
  kept = await createUser("kept");

  const removed = await createUser("removed");
  taken.set("a deleted key", removed);
  taken.set(
    "a session of a deleted key",
    keysIn((await sts(removed).send(new GetSessionTokenCommand({}))).Credentials),
  );
  const federated = new GetFederationTokenCommand({ Name: "guest", Policy: everything });
  taken.set("a federated session of a deleted key", keysIn((await sts(removed).send(federated)).Credentials));
  const roleArn = await createRole("removed", account);
  const session = await assume(roleArn);
  taken.set("a session of a deleted role", session);
  const disabled = await createUser("disabled");
  taken.set("a disabled key", disabled);
  for (const [name, keys] of taken) {
    if ((await who(keys)) !== "allowed") throw new Error(`${name} did not work before`);
  }

  await deleteUser("removed", removed);
  const { accessKeyId } = disabled;
  const off = { UserName: "disabled", AccessKeyId: accessKeyId, Status: "Inactive" } as const;
  await iam().send(new UpdateAccessKeyCommand(off));
  await iam().send(new DeleteRolePolicyCommand({ RoleName: "removed", PolicyName: "all" }));
  await iam().send(new DeleteRoleCommand({ RoleName: "removed" }));
});
afterAll(async () => {
  await daemon?.stop();
});

async function expectAllStayAway(): Promise<void> {
  for (const [name, keys] of taken) {
    expect(await who(keys), `${name}`).toMatch(/^(InvalidClientTokenId|InvalidAccessKeyId|ExpiredToken)/);
  }
  expect(await who(kept)).toBe("allowed");
}

test("nothing taken away works any more", expectAllStayAway);

test("a namesake gives nothing back", async () => {
  await createUser("removed");
  const account = (await sts().send(new GetCallerIdentityCommand({}))).Account ?? "";
  await createRole("removed", account);
  await expectAllStayAway();
});

test("a role that trusted a user does not trust the user's namesake", async () => {
  const account = (await sts().send(new GetCallerIdentityCommand({}))).Account ?? "";
  const first = await createUser("friend");
  const roleArn = await createRole("of-friend", `arn:aws:iam::${account}:user/friend`);
  // Without policies of its own, so that only the trust policy can let it in.
  const only = { UserName: "friend", PolicyName: "all" };
  await iam().send(new DeleteUserPolicyCommand(only));
  expect(await outcome(assume(roleArn, first))).toBe("allowed");
  await iam().send(new DeleteAccessKeyCommand({ UserName: "friend", AccessKeyId: first.accessKeyId }));
  await iam().send(new DeleteUserCommand({ UserName: "friend" }));
  const second = await createUser("friend");
  await iam().send(new DeleteUserPolicyCommand(only));
  expect(await outcome(assume(roleArn, second))).toBe("AccessDenied");
  await daemon.kill();
  await daemon.restart();
  expect(await outcome(assume(roleArn, second))).toBe("AccessDenied");
});

test("after a kill and a new start nothing taken away works", async () => {
  await daemon.kill();
  await daemon.restart();
  await expectAllStayAway();
});

test("sessions older than a policy about their issue time are refused, newer ones are not", async () => {
  const account = (await sts().send(new GetCallerIdentityCommand({}))).Account ?? "";
  const roleArn = await createRole("revoked", account);
  const old = await assume(roleArn);
  const list = (keys: Keys): Promise<string> => outcome(iam(keys).send(new ListUsersCommand({})));
  expect(await list(old)).toBe("allowed");
  // Issue times are whole seconds: the cut lies behind the old session's and before the next one's.
  const cut = new Date(Math.floor(Date.now() / 1000) * 1000 + 1000);
  const older = {
    Effect: "Deny",
    Action: "*",
    Resource: "*",
    Condition: { DateLessThan: { "aws:TokenIssueTime": cut.toISOString() } },
  };
  const revoking = { RoleName: "revoked", PolicyName: "revoke", PolicyDocument: policy(older) };
  await iam().send(new PutRolePolicyCommand(revoking));
  expect(await list(old)).toBe("AccessDenied");
  await expect.poll(async () => list(await assume(roleArn)), { timeout: 5000 }).toBe("allowed");
  expect(await list(old)).toBe("AccessDenied");
  await iam().send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: "revoked",
      PolicyDocument: policy({ Effect: "Deny", Principal: { AWS: account }, Action: "sts:AssumeRole" }),
    }),
  );
  expect(await outcome(assume(roleArn))).toBe("AccessDenied");
});
