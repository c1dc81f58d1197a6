// A container inside a guest, as container engines make it: its own namespace behind the guest's forwarding
// and masquerading. For tests only.

import { runIpBatch } from "../ip-batch.ts";
import { createNamespaces, namespacePath, removeNamespaces, runInNamespace } from "../namespaces.ts";
import { GuestProber } from "./guest-prober.ts";

export class NestedGuest {
  readonly prober: GuestProber;
  private readonly name: string;
  private readonly guest: string;

  private constructor(guest: string, name: string) {
    this.guest = guest;
    this.name = name;
    this.prober = new GuestProber(namespacePath(name));
  }

  static async create(guest: string): Promise<NestedGuest> {
    const name = `nested-${guest}`;
    await createNamespaces([name]);
    await runIpBatch(guest, [
      `link add nested0 type veth peer name eth0 netns ${name}`,
      "addr add 172.17.0.1/16 dev nested0",
      "link set nested0 up",
    ]);
    await runIpBatch(name, [
      "addr add 172.17.0.2/16 dev eth0",
      "link set eth0 up",
      "route add default via 172.17.0.1",
    ]);
    await runInNamespace(guest, ["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
    const rules = [
      "table ip nested {",
      "chain post { type nat hook postrouting priority 100; ip saddr 172.17.0.0/16 masquerade",
      "}",
      "}",
      "",
    ];
    await runInNamespace(guest, ["nft", "-f", "-"], { stdin: rules.join("\n") });
    return new NestedGuest(guest, name);
  }

  /** Lets a client of raw sockets live: the kernel would reset the connections that it does not know. */
  async dropResets(): Promise<void> {
    const rules = [
      "table ip raw {",
      "chain out { type filter hook output priority 0; tcp flags & rst != 0 drop",
      "}",
      "}",
      "",
    ];
    await runInNamespace(this.name, ["nft", "-f", "-"], { stdin: rules.join("\n") });
  }

  async end(): Promise<void> {
    await this.prober.end();
    await runInNamespace(this.guest, ["nft", "delete", "table", "ip", "nested"]);
    await runIpBatch(this.guest, ["link del dev nested0"]);
    await removeNamespaces([this.name]);
  }
}
