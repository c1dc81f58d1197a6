// What an authorised DescribeInstances costs inside: the request path on a store in memory, without HTTP, and
// where the time goes, from a profile of the same calls. CPU time, because the machine may be busy.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Session, type Profiler } from "node:inspector/promises";
import {
  createGuardrails,
  createIdentity,
  createRequestPath,
  makeAccount,
  noOpenIdKeys,
  services,
  storedCollections,
  storedTables,
  type CloudEnvironment,
  type HttpRequest,
  type RequestPath,
} from "@casemate/cloud";
import {
  generateKeyPairMaterialSync,
  openToken,
  rootKeyFromBytes,
  sealer,
  sealToken,
} from "@casemate/key-engine";
import { memoryLog, openStore, type CommitLog } from "@casemate/store";
import { loadModel, signRequest, tableFiles, type Credentials, type ServiceModel } from "@casemate/wire";
import type { Report, Row } from "./row.ts";

const calls = 4000;
const host = "ec2.us-east-1.amazonaws.com";

/** A cloud on a log that keeps nothing, so that what is measured is not the growth of a list. */
interface Subject {
  readonly path: RequestPath;
  readonly admin: Credentials;
}

function forgetfulLog(): CommitLog {
  const log = memoryLog();
  return {
    load: (tables, receive) => log.load(tables, receive),
    append: () => Promise.resolve(),
    query: (query) => log.query(query),
    trim: (kind, before, limit) => log.trim(kind, before, limit),
    close: () => log.close(),
  };
}

async function openSubject(): Promise<Subject> {
  const store = await openStore({
    collections: storedCollections,
    tables: storedTables,
    log: forgetfulLog(),
  });
  const seals = sealer(rootKeyFromBytes(randomBytes(32)), randomBytes);
  const environment: CloudEnvironment = {
    clock: Date.now,
    random: pooledRandom(),
    keyring: {
      seal: (plain, context) => seals.seal(plain, context),
      open: (envelope, context) => seals.openText(envelope, context),
      sealToken: (purpose, payload, context) => sealToken(seals, payload, { ...context, purpose }),
      openToken: (purpose, token, context) => String(openToken(seals, token, { ...context, purpose })),
    },
    settings: { accountId: "111122223333", regions: ["us-east-1"], publicIpPool: "203.0.113.0/24" },
    newKeyPair: generateKeyPairMaterialSync,
    consoleOf: () => undefined,
    openIdKeys: noOpenIdKeys,
  };
  const admin = store.transaction((tx) =>
    makeAccount(tx, environment, { accountId: "111122223333", name: "bench" }),
  ).value;
  if (admin === undefined) throw new Error("The account exists.");
  const path = createRequestPath({
    store,
    endpoints: services.map((service) => ({ service, model: modelOf(service.name) })),
    identity: createIdentity(environment),
    environment,
    guardrails: createGuardrails(),
    onDefect: (defect) => console.error(defect),
  });
  return { path, admin };
}

/** As the daemon draws them: a block at a time. */
function pooledRandom(): (bytes: number) => Uint8Array {
  let block: Uint8Array = randomBytes(4096);
  return (bytes) => {
    if (bytes > block.length) block = randomBytes(4096 + bytes);
    const drawn = block.subarray(0, bytes);
    block = block.subarray(bytes);
    return drawn;
  };
}

function modelOf(service: string): ServiceModel {
  const files = tableFiles[service as keyof typeof tableFiles];
  return loadModel(readFileSync(files.table, "utf8"), readFileSync(files.constraints, "utf8"));
}

function signed({ admin }: Subject, parameters: Record<string, string>): HttpRequest {
  const form = new URLSearchParams({ ...parameters, Version: "2016-11-15" });
  const plain = {
    method: "POST",
    rawPath: "/",
    rawQuery: "",
    headers: [
      ["host", host],
      ["content-type", "application/x-www-form-urlencoded; charset=utf-8"],
      ["user-agent", "aws-sdk-js/3.1137.0 ua/2.1 os/linux lang/js md/nodejs#20.19.0 api/ec2#3.1137.0"],
      ["amz-sdk-invocation-id", "5f2a4a2e-6a0c-4f5e-9a39-5b8f6c5f0c11"],
      ["amz-sdk-request", "attempt=1; max=3"],
    ] as const,
    body: Buffer.from(form.toString()),
  };
  const request = signRequest(plain, admin, { region: "us-east-1", service: "ec2", time: new Date() });
  return { ...request, sourceIp: "127.0.0.1", host };
}

async function launch(subject: Subject, count: number): Promise<void> {
  const images = await subject.path.handle(signed(subject, { Action: "DescribeImages" }));
  const ImageId = /ami-\w+/.exec(String(images.body))?.[0] ?? "";
  const size = { MinCount: String(count), MaxCount: String(count), InstanceType: "t3.micro" };
  const tag = { "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "Name" };
  const name = { "TagSpecification.1.Tag.1.Value": "bench" };
  const reply = await subject.path.handle(
    signed(subject, { Action: "RunInstances", ImageId, ...size, ...tag, ...name }),
  );
  if (reply.status !== 200) throw new Error(String(reply.body));
}

/** Handles one request many times; microseconds of CPU each. */
async function cost({ path }: Subject, request: HttpRequest, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < times; index += 1) await path.handle(request);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/** Functions that begin a phase, wherever they are called from outside of another phase. */
const phases: Readonly<Record<string, string>> = {
  authenticate: "authenticate",
  routeTo: "decode",
  prepare: "prepare",
  ensureDefaultVpc: "prepare",
  needs: "authorize",
  authorize: "authorize",
  trailParameters: "record and append",
  record: "record and append",
  finish: "record and append",
  encodeResult: "encode",
  "(garbage collector)": "garbage collector",
  "(program)": "outside",
  "(idle)": "outside",
};

/** Share of the samples in each phase. */
function sharesOf({ nodes, samples = [] }: Profiler.Profile): Map<string, number> {
  const hits = new Map<number, number>();
  for (const id of samples) hits.set(id, (hits.get(id) ?? 0) + 1);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const shares = new Map<string, number>();
  const visit = (node: Profiler.ProfileNode, phase: string, answering: boolean): void => {
    const { functionName } = node.callFrame;
    const inside = answering || functionName === "answer";
    const begun = functionName === "handle" && answering ? "handle" : phases[functionName];
    const own = phase === "path" ? (begun ?? phase) : phase;
    shares.set(own, (shares.get(own) ?? 0) + (hits.get(node.id) ?? 0));
    for (const child of node.children ?? []) {
      const next = byId.get(child);
      if (next !== undefined) visit(next, own, inside);
    }
  };
  const [root] = nodes;
  if (root !== undefined) visit(root, "path", false);
  shares.delete("outside");
  const all = [...shares.values()].reduce((sum, each) => sum + each, 0);
  return new Map([...shares].map(([phase, count]) => [phase, count / all]));
}

async function profile(work: () => Promise<unknown>): Promise<Map<string, number>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 100 });
  await session.post("Profiler.start");
  await work();
  const { profile: taken } = await session.post("Profiler.stop");
  session.disconnect();
  return sharesOf(taken);
}

/** Measures and reports. */
export async function run(report: Report): Promise<void> {
  for (const count of [1, 20, 100]) {
    const subject = await openSubject();
    await launch(subject, count);
    const request = signed(subject, { Action: "DescribeInstances" });
    const times = Math.max(600, Math.floor(calls / Math.sqrt(count)));
    await cost(subject, request, times);
    const us = Math.min(
      await cost(subject, request, times),
      await cost(subject, request, times),
      await cost(subject, request, times),
    );
    const { body } = await subject.path.handle(request);
    const beside = `${body.length} B`;
    const line = (what: string, micros: number): Row => ({ what, figure: `${micros.toFixed(1)} us` });
    const instances = count === 1 ? "1 instance" : `${count} instances`;
    report({ ...line(`request path, DescribeInstances with ${instances}: CPU per call`, us), beside });
    const shares = await profile(() => cost(subject, request, times));
    for (const [phase, share] of [...shares].toSorted(([, one], [, other]) => other - one)) {
      report(line(`  of this ${phase}`, share * us));
    }
  }
}
