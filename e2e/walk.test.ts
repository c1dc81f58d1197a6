import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { spawn } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";
import { awsCommand } from "./aws-command.ts";
import { whyNoInstances } from "./small-cloud.ts";
import { until } from "./until.ts";

const obstacle = whyNoInstances();
const walkTitle = "## Five minutes with the aws command line";

/** Two dozen commands, each a fresh npx and a fresh Python, and a waiter that looks every 15 seconds. */
const walkLimitMs = 600_000;

let daemon: Daemon;
let folder: string;

/** The shell blocks of the walk, in order. */
function walkBlocks(): string[] {
  const readme = readFileSync("README.md", "utf8");
  const begin = readme.indexOf(walkTitle);
  const section = readme.slice(begin, readme.indexOf("\n## ", begin + 1));
  return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
}

beforeAll(async () => {
  if (obstacle !== undefined) return;
  daemon = await startDaemon();
  // The walk writes files where it is walked: a copy of the clone made of links.
  folder = mkdtempSync(join(tmpdir(), "casemate-walk-"));
  for (const name of readdirSync(".")) symlinkSync(resolve(name), join(folder, name));
});
afterAll(async () => {
  await daemon?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  context.skip(obstacle !== undefined, obstacle);
});

interface Walk {
  output: string;
  /** Commands that did not end well, with their codes. */
  failed: string[];
}

function walk(script: string): Promise<Walk> {
  const told = "trap 'echo \"failed with $?: $BASH_COMMAND\" >&3' ERR\n";
  const child = spawn("bash", ["-u", "-E", "-c", told + script], {
    cwd: folder,
    // A group of its own, so that a walk that goes astray is ended with all that it started.
    detached: true,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: daemon.dataDir,
      SHELL: "/bin/bash",
      AWS_PAGER: "",
      CASEMATE_DATA_DIR: daemon.dataDir,
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let output = "";
  let failed = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdio[3]?.on("data", (chunk: Buffer) => (failed += chunk.toString()));
  return new Promise((done, reject) => {
    const limit = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      reject(new Error(`the walk took longer than ${walkLimitMs} ms; it said:\n${output}`));
    }, walkLimitMs);
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(limit);
      done({ output, failed: failed.split("\n").filter((line) => line !== "") });
    });
  });
}

test(
  "the walk of the README goes as it says",
  async () => {
    const [first, ...blocks] = walkBlocks();
    expect(first).toBe("npm start\n");
    expect(blocks.length).toBeGreaterThan(4);
    const { output, failed } = await walk(blocks.join("\necho '-- next'\n"));
    // The address is not let in at first, and the command says so with its exit code, too.
    expect(failed.filter((line) => !/reach 198\.51\.100\.7/.test(line))).toEqual([]);
    const said = output.split("-- next\n").map((block) => block.replaceAll(/\s+/g, " "));
    const wanted = [
      /:user\/admin/,
      /:instance-profile\/web/,
      /allowed call passed .*User: arn:aws:sts::\d{12}:assumed-role\/web\/i-[0-9a-f]{17} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action.* forbidden call refused/,
      /ec2:DescribeInstances .*UnauthorizedOperation/,
      /sgr-/,
      /shutting-down/,
    ];
    expect(said).toEqual(wanted.map((pattern) => expect.stringMatching(pattern)));
    const machine = /i-[0-9a-f]{17}/.exec(said[5] ?? "")?.[0] ?? "";
    const asked = ["ec2", "describe-instances", "--instance-ids", machine, "--query"];
    const state = await until("the machine is terminated", async () => {
      const found = await awsCommand(daemon)<string>(...asked, "Reservations[0].Instances[0].State.Name");
      return found === "terminated" ? found : undefined;
    });
    expect(state).toBe("terminated");
  },
  2 * walkLimitMs,
);
