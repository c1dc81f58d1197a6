// A large cloud: 10,000 users and 5,000 managed policies made through the API, in as many accounts as their
// quotas ask for, then what an authorised GetUser costs, what all that weighs, how long a start with it takes
// and how long the reports of an account take.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLoadGenerator, startSubject, type RunningSubject } from "./processes.ts";
import { atMost, type Report } from "./row.ts";
import { callQuery, requestBytes, type Caller } from "./signed-call.ts";

const accountsCount = 4;
const usersCount = 10_000;
const policiesCount = 5_000;
/** Users of the account whose reports are asked for. */
const reportUsersCount = 1_000;
const inFlight = 64;
const sliceMs = 3000;
const connections = 16;
const reportGoalMs = 1000;
const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`;

/** Measures and reports. */
export async function run(report: Report): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "casemate-bench-"));
  try {
    await reports(report);
    await largeAccount(report, dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function callerOf({ listening }: RunningSubject): Caller {
  const { port, credentials } = listening;
  if (credentials === undefined) throw new Error("The subject has no administrator.");
  return { port, credentials };
}

const iam = (caller: Caller, Action: string, parameters: Record<string, string> = {}): Promise<string> =>
  callQuery(caller, { service: "iam", parameters: { Action, ...parameters } });

/** Runs one job for each number below a count, so many at a time. */
async function forEach(count: number, job: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

const document = (index: number): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["iam:GetUser", "ec2:Describe*"], Resource: "*" },
      { Effect: "Allow", Action: "s3:*", Resource: `arn:aws:s3:::bucket-${index}/*` },
    ],
  });

async function makeUsers(caller: Caller, users: number, policies: number): Promise<void> {
  const account = /arn:aws:iam::(\d{12}):/.exec(await iam(caller, "GetUser"))?.[1] ?? "";
  await forEach(policies, (index) =>
    iam(caller, "CreatePolicy", { PolicyName: `policy-${index}`, PolicyDocument: document(index) }),
  );
  await forEach(users, async (index) => {
    const UserName = `user-${index}`;
    await iam(caller, "CreateUser", { UserName });
    const PolicyArn = `arn:aws:iam::${account}:policy/policy-${index % policies}`;
    await iam(caller, "AttachUserPolicy", { UserName, PolicyArn });
  });
}

async function largeAccount(report: Report, dataDir: string): Promise<void> {
  const subject = await startSubject("casemate", dataDir);
  const caller = callerOf(subject);
  const idle = await subject.usage("collected");
  const empty = await getUser(subject, caller);
  const before = performance.now();
  const others = Array.from({ length: accountsCount - 1 }, () => createAccount(caller, dataDir));
  for (const each of [caller, ...others]) {
    await makeUsers(each, usersCount / accountsCount, policiesCount / accountsCount);
  }
  report({
    what: `${usersCount} users and ${policiesCount} policies by the API, durable`,
    figure: `${((performance.now() - before) / 1000).toFixed(1)} s`,
  });
  const loaded = await subject.usage("collected");
  report({
    what: "  what they weigh",
    figure: `RSS ${mib(loaded.rss)}, heap ${mib(loaded.heap)}`,
    beside: `heap +${mib(loaded.heap - idle.heap)}`,
  });
  const user = await makeReader(caller);
  const full = await getUser(subject, user);
  report({
    what: `authorised GetUser at ${connections} connections`,
    figure: `${full.perSecond.toFixed(0)}/s, ${full.cpuUs.toFixed(0)} us of CPU`,
    beside: `${(full.cpuUs / empty.cpuUs).toFixed(2)} x the CPU in an empty cloud`,
  });
  await subject.stop();
  const again = await startSubject("casemate", dataDir);
  const after = await again.usage("collected");
  report({
    what: "  start() that loads them",
    figure: `${again.listening.startMs.toFixed(0)} ms`,
    beside: `RSS after it ${mib(after.rss)}, heap ${mib(after.heap)}`,
  });
  await again.stop();
}

/** An account of the operator's making, as its administrator. */
function createAccount({ port }: Caller, dataDir: string): Caller {
  const words = ["tools/casemate.mjs", "accounts", "create", "--data-dir", dataDir, "-o", "json"];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  const { data } = JSON.parse(stdout) as { data: Caller["credentials"] };
  return { port, credentials: data };
}

/** A user who may read users by one of the policies. */
async function makeReader(caller: Caller): Promise<Caller> {
  const key = await iam(caller, "CreateAccessKey", { UserName: "user-7" });
  const element = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(key)?.[1] ?? "";
  const credentials = {
    accessKeyId: element("AccessKeyId"),
    secretAccessKey: element("SecretAccessKey").replaceAll("&#x2B;", "+"),
  };
  return { ...caller, credentials };
}

async function getUser(
  subject: RunningSubject,
  caller: Caller,
): Promise<{ perSecond: number; cpuUs: number }> {
  const generator = startLoadGenerator();
  const request = requestBytes(caller, { service: "iam", parameters: { Action: "GetUser" } });
  const order = { port: caller.port, request, connections, lengthMs: sliceMs };
  await generator.run(order);
  const { cpuUs: before } = await subject.usage();
  const outcome = await generator.run(order);
  const { cpuUs: after } = await subject.usage();
  generator.stop();
  if (outcome.refusal !== undefined) throw new Error(outcome.refusal);
  const calls = outcome.latenciesMs.length;
  return { perSecond: (calls * 1000) / outcome.elapsedMs, cpuUs: (after - before) / calls };
}

/** The reports of an account, each from the call to its whole answer. */
async function reports(report: Report): Promise<void> {
  const subject = await startSubject("casemate");
  const caller = callerOf(subject);
  await makeUsers(caller, reportUsersCount, 100);
  const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const before = performance.now();
    await work();
    const ms = performance.now() - before;
    const figure = `${ms.toFixed(0)} ms`;
    report({ what: `${what}, ${reportUsersCount} users`, figure, goal: atMost(ms, reportGoalMs, " ms") });
  };
  await timed("credential report", async () => {
    await iam(caller, "GenerateCredentialReport");
    await until(() => iam(caller, "GetCredentialReport"));
  });
  await timed("account authorization details, all pages", async () => {
    let marker: string | undefined;
    do {
      const page = await iam(caller, "GetAccountAuthorizationDetails", {
        MaxItems: "1000",
        ...(marker === undefined ? {} : { Marker: marker }),
      });
      marker = /<Marker>([^<]+)</.exec(page)?.[1];
    } while (marker !== undefined);
  });
  const account = /arn:aws:iam::(\d{12}):/.exec(await iam(caller, "GetUser"))?.[1] ?? "";
  await timed("service last accessed details of a user", async () => {
    const Arn = `arn:aws:iam::${account}:user/user-1`;
    const job = await iam(caller, "GenerateServiceLastAccessedDetails", { Arn });
    const JobId = /<JobId>([^<]+)</.exec(job)?.[1] ?? "";
    await until(() => iam(caller, "GetServiceLastAccessedDetails", { JobId }));
  });
  await subject.stop();
}

/** Asks again while the answer says that it is not ready. */
async function until(ask: () => Promise<string>): Promise<void> {
  for (;;) {
    const answer = await ask().catch((refusal: unknown) => String(refusal));
    if (!/ReportInProgress|ReportNotPresent|IN_PROGRESS/.test(answer)) return;
  }
}
