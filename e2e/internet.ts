// Acts from the internet side of a daemon's instances: a namespace in which a test may have addresses of its
// own.
import { spawnSync } from "node:child_process";
import type { Daemon } from "./daemon.ts";
import { internetNamespace } from "./host-traces.ts";
import { run } from "./programs.ts";
import type { Outcome } from "./programs.ts";

const environment = { PATH: process.env["PATH"] ?? "" };

/** How a connection ended; a packet filter that drops makes it time out. */
export type Reach = "answered" | "timeout" | "refused";

/** Somebody on the internet. */
export interface Somebody {
  address: string;
  /** Logs in to an instance with a key and runs a command there. */
  ssh(at: { publicIp: string; keyFile: string }, command: string, input?: string): Promise<Outcome>;
  /** Asks for a web page; nothing comes back from what is dropped. */
  visit(url: string): Promise<Reach>;
}

/** Gives somebody an address on the internet side. */
export function somebody(daemon: Daemon, address: string): Somebody {
  const inside = [`--net=/run/netns/${internetNamespace(daemon.dataDir)}`];
  spawnSync("nsenter", [...inside, "ip", "address", "replace", `${address}/32`, "dev", "lo"]);
  const act = (program: string[], input?: string) =>
    run("nsenter", [...inside, ...program], environment, input);
  return {
    address,
    ssh: ({ publicIp, keyFile }, command, input) =>
      act(["ssh", ...sshOptions, "-b", address, "-i", keyFile, `admin@${publicIp}`, command], input),
    async visit(url) {
      return reachOf((await act(["curl", ...curlOptions, "--interface", address, url])).code);
    },
  };
}

/** A curl command line whose exit code says how a connection ended. */
export const curlOptions = ["--silent", "--output", "/dev/null", "--noproxy", "*", "--max-time", "2"];

/** What curl's exit code says. @throws for a code that says something else */
export function reachOf(code: number | null): Reach {
  if (code === 0) return "answered";
  if (code === 28) return "timeout";
  if (code === 7) return "refused";
  throw new Error(`curl ended with ${code}`);
}

const sshSettings = [
  "BatchMode=yes",
  "IdentitiesOnly=yes",
  "LogLevel=ERROR",
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "ConnectTimeout=5",
];
/** An ssh command line that asks nothing and knows no file but those that are named. */
export const sshOptions = ["-F", "/dev/null", ...sshSettings.flatMap((setting) => ["-o", setting])];
