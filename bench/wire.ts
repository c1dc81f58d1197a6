// The wire's work on a request: decode, verify and encode, beside JSON.stringify of the same value, which
// is the bound of any encoder. CPU time, because the machine may be busy.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeForm,
  encodeResult,
  loadModel,
  parseForm,
  parseSignature,
  SigningKeyCache,
  signRequest,
  verifySignature,
} from "@casemate/wire";
import { randomOutput, seededRandom } from "@casemate/wire/testing";
import type { Report } from "./row.ts";

const folder = join(process.cwd(), "packages", "wire", "generated");
const read = (name: string) => readFileSync(join(folder, `${name}.json`), "utf8");
const version = "Version=2016-11-15";
const describe =
  `Action=DescribeInstances&${version}&Filter.1.Name=tag%3AName&Filter.1.Value.1=web` +
  "&Filter.2.Name=instance-state-name&Filter.2.Value.1=running&MaxResults=100";
const launch =
  `Action=RunInstances&${version}&ImageId=ami-0123456789abcdef0&InstanceType=t3.micro&MinCount=1&MaxCount=1` +
  "&KeyName=key&NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SubnetId=subnet-0123456789abcdef0" +
  "&NetworkInterface.1.SecurityGroupId.1=sg-0123456789abcdef0&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda" +
  "&BlockDeviceMapping.1.Ebs.VolumeSize=8&BlockDeviceMapping.1.Ebs.Encrypted=true&MetadataOptions.HttpTokens=required" +
  "&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=web";
const ids = Array.from({ length: 1000 }, (_unused, index) => `InstanceId.${index + 1}=i-0123456789abcdef0`);

/** Microseconds of CPU that one call takes, after a fifth as many to warm up. */
function cost(calls: number, call: () => unknown): number {
  for (let index = 0; index < calls / 5; index += 1) call();
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index += 1) call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** An instance of about the size that AWS describes. */
function instance(): Record<string, unknown> {
  const model = loadModel(read("ec2"));
  const random = seededRandom(7);
  for (;;) {
    const output = randomOutput(model, "DescribeInstances", random) as {
      Reservations?: Record<string, unknown>[];
    };
    const [reservation] = (plainTexts(output.Reservations) ?? []) as Record<string, unknown>[];
    if (reservation === undefined) continue;
    const single = { Reservations: [reservation] };
    const { length } = encodeResult(model, "DescribeInstances", { output: single, requestId: "r" }).body;
    if (length > 2_900 && length < 3_300) return reservation;
  }
}

/** The same value with texts as they mostly are: short and without a character to escape. */
function plainTexts(value: unknown): unknown {
  if (typeof value === "string") return "i-0123456789abcdef0";
  if (Array.isArray(value)) return value.map(plainTexts);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainTexts(member)]));
}

/** Measures and reports. */
export function run(report: Report): Promise<void> {
  const line = (name: string, us: number) => report({ what: name, figure: `${us.toFixed(1)} us of CPU` });
  const texts: [string, string] = [read("ec2"), read("ec2.constraints")];
  line(
    "parse EC2's table",
    cost(20, () => loadModel(...texts).has("RunInstances")),
  );
  const model = loadModel(...texts);
  const decode = (operation: string, form: string) => {
    const body = Buffer.from(form);
    return () => decodeForm(model, operation, parseForm(body));
  };
  line(`decode DescribeInstances, ${describe.length} B`, cost(50_000, decode("DescribeInstances", describe)));
  line(`decode RunInstances, ${launch.length} B`, cost(50_000, decode("RunInstances", launch)));
  line("decode 1,000 ids", cost(500, decode("DescribeInstances", ids.join("&"))));
  const one = instance();
  for (const count of [1, 100]) {
    const output = { Reservations: Array.from({ length: count }, () => one) };
    const encode = () =>
      Buffer.from(encodeResult(model, "DescribeInstances", { output, requestId: "r" }).body);
    const bytes = encode().length;
    line(`encode ${count} instances, ${bytes} B`, cost(20_000 / count, encode));
    line(
      "  JSON.stringify of the same",
      cost(20_000 / count, () => Buffer.from(JSON.stringify(output))),
    );
  }
  const now = new Date("2026-11-24T21:55:02Z");
  const plain = {
    method: "POST",
    rawPath: "/",
    rawQuery: "",
    headers: [
      ["host", "localhost:4566"],
      ["content-type", "application/x-www-form-urlencoded"],
    ] as const,
    body: Buffer.from(describe),
  };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const signed = signRequest(plain, credentials, { region: "us-east-1", service: "ec2", time: now });
  const verify = (keys?: SigningKeyCache) => () => {
    const parsed = parseSignature(signed);
    if (parsed !== "anonymous") verifySignature(parsed, signed, { secret: "secret", now, keys });
  };
  line("verify a signature", cost(20_000, verify(new SigningKeyCache())));
  line("verify a signature, key not cached", cost(20_000, verify()));
  return Promise.resolve();
}
