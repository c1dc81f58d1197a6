import { spawnSync } from "node:child_process";
import { Command } from "commander";
import pc from "picocolors";
import { expect, test } from "vitest";
import { readEnvironment, type Variables } from "../config/environment.ts";
import { OperatorFault } from "../operator/operator-fault.ts";
import { runCli } from "./cli.ts";
import { Cli, type Result, type Surroundings } from "./command.ts";
import { bashScript, completedCommands, fishScript, zshScript } from "./completion.ts";
import {
  doctorLines,
  hostAccessFinding,
  networkFinding,
  nodeFinding,
  peeringFinding,
  remedyOf,
} from "./doctor.ts";
import { exportLines } from "./env.ts";
import { exitCodes } from "./exit-codes.ts";
import { ownerOfConnection } from "./loopback-metadata.ts";
import { printable } from "./printable.ts";
import { showProgress } from "./progress.ts";
import { instanceVariables, withoutCredentials } from "./run.ts";
import { withEndpoint } from "./start-program.ts";
import { tableLines } from "./table.ts";

function surroundings(variables: Variables = {}) {
  const said = { out: "", err: "" };
  const around: Surroundings = {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    workingDirectory: "/nonexistent",
    environment: () => readEnvironment(variables),
  };
  return { said, around };
}

async function told(output: "text" | "json", work: () => Promise<Result>) {
  const { said, around } = surroundings();
  const cli = new Cli(around);
  await cli.tell({ output }, "Working", work);
  return { ...said, exitCode: cli.exitCode };
}

test("a result is lines for people and one envelope for programs", async () => {
  const work = () => Promise.resolve({ data: { a: 1 }, lines: ["one", "two"] });
  expect(await told("text", work)).toEqual({ out: "one\ntwo\n", err: "", exitCode: 0 });
  expect(await told("json", work)).toEqual({ out: '{"ok":true,"data":{"a":1}}\n', err: "", exitCode: 0 });
});

test("a failure is a sentence on stderr, or an envelope on stdout, and an exit code", async () => {
  const work = () => Promise.reject(new OperatorFault("Conflict", "It exists."));
  expect(await told("text", work)).toEqual({ out: "", err: "casemate: It exists.\n", exitCode: 3 });
  const envelope = '{"ok":false,"error":{"code":"Conflict","message":"It exists."}}\n';
  expect(await told("json", work)).toEqual({ out: envelope, err: "", exitCode: 3 });
});

test.each([
  [["dance"], exitCodes.usage],
  [["status", "--nothing"], exitCodes.usage],
  [["status", "-o", "xml"], exitCodes.usage],
  [["status"], exitCodes.unreachable],
  [["whoami"], exitCodes.failed],
  [["--help"], exitCodes.done],
  [["--version"], exitCodes.done],
  [["help", "exit-codes"], exitCodes.done],
])("casemate %j ends with code %i", async (args, code) => {
  expect(await runCli(args, surroundings().around)).toBe(code);
});

test("a setting that would weaken enforcement stops every command but help", async () => {
  const { said, around } = surroundings({ ENFORCE_IAM: "0" });
  expect(await runCli(["up"], around)).toBe(exitCodes.usage);
  expect(said.err).toContain("policies are always enforced");
  expect(await runCli(["--help"], around)).toBe(exitCodes.done);
});

test("what takes long is told, and what does not is silent", async () => {
  const lines: string[] = [];
  const silent = { write: (text: string) => lines.push(text) };
  expect(await showProgress(silent, { doing: "Working" }, Promise.resolve(1))).toBe(1);
  expect(lines).toEqual([]);
  // The work ends once it has been told.
  const told = new Promise<string>((resolve) => {
    const work = new Promise((end) => {
      const write = (text: string) => (resolve(text), end(undefined));
      queueMicrotask(() => void showProgress({ write }, { doing: "Working", everyMs: 1 }, work));
    });
  });
  expect(await told).toBe("Working ...\n");
});

test.each(["bash", "zsh"] as const)("%s takes values as they are, quotes included", (shell) => {
  const [line] = exportLines(shell, { NAME: "a'b $HOME `id`" });
  const said = spawnSync("sh", ["-c", `${line}; printf %s "$NAME"`], { encoding: "utf8" });
  expect(said.stdout).toBe("a'b $HOME `id`");
});

test("every shell's exports take foreign tokens and profiles away", () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"] as const) {
    const text = exportLines(shell, {}).join("\n");
    expect(text).toContain("AWS_SESSION_TOKEN");
    expect(text).toContain("AWS_PROFILE");
  }
  expect(JSON.parse(exportLines("json", { A: "1" }).join(""))).toEqual({ A: "1" });
});

test("only the aws command line gets the endpoint as a flag, and only once", () => {
  const endpoint = "http://e";
  expect(withEndpoint(["aws", "s3", "ls"], endpoint)).toEqual([
    "aws",
    "--endpoint-url",
    endpoint,
    "s3",
    "ls",
  ]);
  expect(withEndpoint(["/usr/bin/aws", "sts"], endpoint)).toContain("--endpoint-url");
  expect(withEndpoint(["aws", "--endpoint-url=x"], endpoint)).toEqual(["aws", "--endpoint-url=x"]);
  expect(withEndpoint(["node", "a.js"], endpoint)).toEqual(["node", "a.js"]);
});

test("a program of an instance keeps its environment but no credentials of anybody else", () => {
  const kept = withoutCredentials({
    PATH: "/bin",
    AWS_ACCESS_KEY_ID: "a",
    AWS_PROFILE: "p",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "u",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL_EC2: "https://elsewhere",
    CASEMATE_ROOT_KEY: "secret",
    AWS_MAX_ATTEMPTS: "1",
  });
  expect(kept).toEqual({ PATH: "/bin", AWS_MAX_ATTEMPTS: "1" });
  const places = { endpoint: "http://e", metadataEndpoint: "http://m", trustPath: "/ca" };
  expect(instanceVariables({ region: "eu-west-1" }, places)).toMatchObject({
    AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://m",
    AWS_REGION: "eu-west-1",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
});

test("the user behind a loopback connection is read from the kernel's table", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1",
    "   1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 2 1",
    "   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 3 1",
  ].join("\n");
  expect(ownerOfConnection(table, { from: 0xd431, to: 0x1f90 })).toBe(1000);
  expect(ownerOfConnection(table, { from: 0xd432, to: 0x1f90 })).toBeUndefined();
});

test("what others wrote cannot drive the terminal", () => {
  expect(printable("a\u001b[2Jb\u0007\r\nc\td\u009b")).toBe("a.[2Jb.\nc\td.");
});

test("columns are as wide as their widest cell", () => {
  expect(
    tableLines([
      ["A", "B"],
      ["long", ""],
      ["x", "y"],
    ]),
  ).toEqual(["A     B", "long", "x     y"]);
});

test("a lack is told with what to install", () => {
  expect(remedyOf("networks need root; the program nft is missing (Debian package nftables)")).toBe(
    "run as root, apt-get install nftables",
  );
  expect(remedyOf("the kernel lacks veth")).toBeUndefined();
  const hookless = peeringFinding({
    available: false,
    reason: "the kernel lacks the egress hook of nftables: Error: Could not process rule",
  });
  expect(hookless.remedy).toBe("a kernel of 5.16 or later with CONFIG_NETFILTER_EGRESS");
  expect(remedyOf("the kernel lacks the bridge module: Error: Unknown device type.")).toContain(
    "modprobe bridge",
  );
  expect(peeringFinding({ available: true }).state).toBe("good");
  const hidden = hostAccessFinding(
    { open: false, reason: "a route to 203.0.113.0/24 is there" },
    "203.0.113.0/24",
  );
  expect(hidden).toMatchObject({ state: "lacking", text: expect.stringContaining("is there") });
  const finding = networkFinding({ available: false, reasons: ["the program ip is missing"] });
  expect(doctorLines([finding], pc.createColors(false))).toEqual([
    "lack  network: the program ip is missing",
    "        -> apt-get install iproute2",
  ]);
});

test.each([
  ["18.20.0", "bad"],
  ["20.18.3", "bad"],
  ["20.19.0", "good"],
  ["24.1.0", "good"],
])("Node %s is %s", (version, state) => {
  expect(nodeFinding(version).state).toBe(state);
});

const completed = () => {
  const program = new Command("casemate");
  program.command("up").description("it's up").option("--port <number>");
  program.command("accounts").command("list").option("--all");
  return completedCommands(program);
};

test("bash completes commands, subcommands and flags", () => {
  const complete = (...words: string[]) => {
    const line = ["casemate", ...words];
    const script = `${bashScript(completed())}\nCOMP_WORDS=(${line.join(" ")} "")\nCOMP_CWORD=${line.length}`;
    const said = spawnSync("bash", ["-c", `${script}\n_casemate\necho "\${COMPREPLY[*]}"`], {
      encoding: "utf8",
    });
    return said.stdout.trim();
  };
  expect(complete()).toBe("up accounts");
  expect(complete("accounts")).toBe("list");
  expect(complete("accounts", "list")).toBe("--all");
  expect(complete("up")).toBe("--port");
  expect(complete("dance")).toBe("");
});

test("zsh and fish scripts name every command", () => {
  expect(zshScript(completed())).toMatch(/^#compdef casemate\n/);
  const fish = fishScript(completed());
  expect(fish).toContain("-a accounts");
  expect(fish).toContain("__fish_seen_subcommand_from accounts' -a list");
  expect(fish).toContain("it\\'s up");
});
