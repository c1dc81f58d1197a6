// Authorised DescribeInstances over HTTP: a real daemon, in memory and with SQLite, beside a bare node:http
// hello in the same conditions, and beside moto_server where that is installed. Server, load generator and
// this driver are processes of their own; slices interleave; CPU per call is the steady figure.
import { startMoto } from "./moto.ts";
import { startLoadGenerator, startSubject } from "./processes.ts";
import type { LoadGenerator } from "./processes.ts";
import { atMost, quantile } from "./row.ts";
import type { Report } from "./row.ts";
import { callQuery, launch, requestBytes } from "./signed-call.ts";
import type { Caller, QueryCall } from "./signed-call.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

const instanceCounts = [1, 20, 100];
const connectionCounts = [1, 16, 64];
const slices = 3;
const sliceMs = 400;
const warmUpMs = 3000;
/** Of Casemate's CPU per call to hello's, with one instance described. */
const cpuRatioGoal = 4;

const describeInstances: QueryCall = { service: "ec2", parameters: { Action: "DescribeInstances" } };

interface Contender {
  readonly name: string;
  readonly caller: Caller;
  /** Microseconds of CPU that the server has used. */
  cpuUs(): Promise<number>;
  stop(): Promise<void>;
}

interface Measured {
  readonly latenciesMs: number[];
  calls: number;
  elapsedMs: number;
  cpuUs: number;
}

/** Prints the figures of the API. */
export function run(report: Report): Promise<void> {
  return inTemporaryFolder((folder) => measureAll(report, folder));
}

async function measureAll(report: Report, folder: string): Promise<void> {
  const generator = startLoadGenerator();
  const contenders: Contender[] = [];
  try {
    contenders.push(await subject("hello"), await subject("memory"), await subject("SQLite", folder));
    const moto = await startMoto();
    if (typeof moto === "string") report(`moto_server: not measured: ${moto}`);
    else contenders.push(moto);
    for (const contender of contenders.slice(0, 3))
      await slice(generator, contender, { connections: 16, lengthMs: warmUpMs });
    let present = 0;
    for (const count of instanceCounts) {
      for (const { name, caller } of contenders.slice(1)) {
        await launch(name === "moto_server" ? caller : administratorOf(caller), count - present);
        await running(caller, count);
      }
      present = count;
      for (const connections of connectionCounts) {
        const results = await measure(generator, contenders, connections);
        reportAll(report, results, { count, connections });
      }
    }
  } finally {
    generator.stop();
    for (const contender of contenders) await contender.stop();
  }
}

const administrators = new WeakMap<Caller, Caller>();

function administratorOf(caller: Caller): Caller {
  return administrators.get(caller) ?? caller;
}

async function subject(name: "hello" | "memory" | "SQLite", dataDir?: string): Promise<Contender> {
  const started = await startSubject(name === "hello" ? "hello" : "casemate", dataDir);
  const { port, credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" } } = started.listening;
  const administrator: Caller = { port, credentials };
  const caller = name === "hello" ? administrator : await makeReader(administrator);
  administrators.set(caller, administrator);
  return { name, caller, cpuUs: async () => (await started.usage()).cpuUs, stop: () => started.stop() };
}

/** A user with a policy of ten statements, as an application has: nothing is decided by being root. */
async function makeReader(administrator: Caller): Promise<Caller> {
  const UserName = "reader";
  const regions = { StringEquals: { "aws:RequestedRegion": ["us-east-1", "eu-central-1"] } };
  const services = ["dynamodb", "sqs", "sns", "kms", "logs", "ssm", "lambda"];
  const Statement = [
    ...services.map((service) => ({
      Effect: "Allow",
      Action: [`${service}:Get*`, `${service}:List*`],
      Resource: `arn:aws:${service}:*:*:team/*`,
    })),
    { Effect: "Allow", Action: ["ec2:Describe*"], Resource: "*", Condition: regions },
    { Effect: "Allow", Action: ["ec2:StartInstances", "ec2:StopInstances"], Resource: "*" },
    { Effect: "Deny", Action: "ec2:Delete*", Resource: "*" },
  ];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const iam = (Action: string, more: Record<string, string> = {}) =>
    callQuery(administrator, { service: "iam", parameters: { Action, UserName, ...more } });
  await iam("CreateUser");
  await iam("PutUserPolicy", { PolicyName: "read", PolicyDocument });
  const key = await iam("CreateAccessKey");
  const element = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(key)?.[1] ?? "";
  const credentials = { accessKeyId: element("AccessKeyId"), secretAccessKey: element("SecretAccessKey") };
  return { port: administrator.port, credentials };
}

async function running(caller: Caller, count: number): Promise<void> {
  for (;;) {
    const text = await callQuery(caller, describeInstances);
    if (text.split("<name>running</name>").length > count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function measure(
  generator: LoadGenerator,
  contenders: readonly Contender[],
  connections: number,
): Promise<ReadonlyMap<string, Measured>> {
  const results = new Map<string, Measured>();
  for (let round = 0; round < slices; round += 1) {
    for (const contender of contenders) {
      const before = results.get(contender.name) ?? { latenciesMs: [], calls: 0, elapsedMs: 0, cpuUs: 0 };
      const one = await slice(generator, contender, { connections, lengthMs: sliceMs });
      results.set(contender.name, {
        latenciesMs: [...before.latenciesMs, ...one.latenciesMs],
        calls: before.calls + one.calls,
        elapsedMs: before.elapsedMs + one.elapsedMs,
        cpuUs: before.cpuUs + one.cpuUs,
      });
    }
  }
  return results;
}

async function slice(
  generator: LoadGenerator,
  contender: Contender,
  { connections, lengthMs }: { readonly connections: number; readonly lengthMs: number },
): Promise<Measured> {
  const { caller, name } = contender;
  // Signed anew each time, so that no signature is older than a slice.
  const request = requestBytes(caller, describeInstances);
  const before = await contender.cpuUs();
  const { latenciesMs, elapsedMs, refusal } = await generator.run({
    port: caller.port,
    request,
    connections,
    lengthMs,
  });
  const used = (await contender.cpuUs()) - before;
  if (refusal !== undefined) throw new Error(`${name} refused a call: ${refusal}`);
  return { latenciesMs: [...latenciesMs], calls: latenciesMs.length, elapsedMs, cpuUs: used };
}

function reportAll(
  report: Report,
  results: ReadonlyMap<string, Measured>,
  { count, connections }: { readonly count: number; readonly connections: number },
): void {
  const hello = results.get("hello");
  if (hello === undefined) return;
  for (const [name, measured] of results) {
    const rate = (measured.calls / measured.elapsedMs) * 1000;
    const cpu = measured.cpuUs / measured.calls;
    const helloRate = (hello.calls / hello.elapsedMs) * 1000;
    const cpuRatio = cpu / (hello.cpuUs / hello.calls);
    const at = (share: number): string => quantile(measured.latenciesMs, share).toFixed(2);
    report({
      what: `${count} instance${count === 1 ? "" : "s"}, ${connections} at once, ${name}`,
      figure: `${rate.toFixed(0)}/s, p50 ${at(0.5)} p99 ${at(0.99)} ms, CPU ${cpu.toFixed(0)} us`,
      beside:
        name === "hello"
          ? undefined
          : `CPU ${cpuRatio.toFixed(2)} x hello, rate ${(rate / helloRate).toFixed(2)} of hello`,
      goal: name === "memory" && count === 1 ? atMost(cpuRatio, cpuRatioGoal, " x hello's CPU") : undefined,
    });
  }
}
