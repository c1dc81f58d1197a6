// A container inside an instance, as far as the network can tell: a namespace of its own, one more hop away
// from the metadata service, behind the instance's address.
import { spawnSync } from "node:child_process";
import { guestNamespaces } from "./host-traces.ts";

/** The container. */
export interface Container {
  /** Runs a program in it. Answers the exit code. */
  run(program: readonly string[]): number | null;
  close(): void;
}

/** Makes one in the instance that has this private address. */
export function openContainer(dataDir: string, privateIp: string): Container {
  const guest = guestNamespaces(dataDir).find((name) =>
    command(["ip", "-n", name, "-brief", "-4", "address"]).stdout.includes(` ${privateIp}/`),
  );
  if (guest === undefined) throw new Error(`no namespace has the address ${privateIp}`);
  const name = `${guest}-box`;
  const inGuest = ["nsenter", `--net=/run/netns/${guest}`];
  const nat =
    "table ip box {\nchain out {\ntype nat hook postrouting priority 100\noif eth0 masquerade\n}\n}";
  for (const step of [
    ["ip", "netns", "add", name],
    ["ip", "-n", guest, "link", "add", "box0", "type", "veth", "peer", "name", "eth0", "netns", name],
    ["ip", "-n", guest, "address", "add", "192.168.77.1/24", "dev", "box0"],
    ["ip", "-n", guest, "link", "set", "box0", "up"],
    ["ip", "-n", name, "address", "add", "192.168.77.2/24", "dev", "eth0"],
    ["ip", "-n", name, "link", "set", "eth0", "up"],
    ["ip", "-n", name, "route", "add", "default", "via", "192.168.77.1"],
    [...inGuest, "sysctl", "-qw", "net.ipv4.ip_forward=1"],
    [...inGuest, "nft", nat],
  ]) {
    const { status, stderr } = command(step);
    if (status !== 0) throw new Error(`${step.join(" ")}: ${stderr}`);
  }
  return {
    run: (program) => command(["nsenter", `--net=/run/netns/${name}`, ...program]).status,
    close() {
      command(["ip", "netns", "delete", name]);
    },
  };
}

function command([program = "", ...args]: readonly string[]): ReturnType<typeof spawnSync> & {
  stdout: string;
  stderr: string;
} {
  return spawnSync(program, args, { encoding: "utf8" });
}
