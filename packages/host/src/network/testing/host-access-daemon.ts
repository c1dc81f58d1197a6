// A network driver as a process of its own: a test can run it in a network that stands for the host's.
// It takes one command a line and answers each with one line of JSON. For tests only.

import { createInterface } from "node:readline";

import { createNetworkDriver } from "../network-driver.ts";
import type { HostAccess } from "../host-routes.ts";
import { admit, smallVpc } from "./small-world.ts";

/** What such a process is told. */
export type HostAccessCommand =
  | { readonly do: "apply"; readonly admitted?: { readonly cidr: string; readonly port: number } }
  | ({ readonly do: "open" } & HostAccess)
  | { readonly do: "serve"; readonly address: string; readonly port: number }
  | { readonly do: "close" }
  | { readonly do: "destroy" };

const stateDirectory = process.argv[2];
if (stateDirectory === undefined) throw new Error("the state directory is missing");
const driver = createNetworkDriver({ stateDirectory });

async function obey(command: HostAccessCommand): Promise<unknown> {
  switch (command.do) {
    case "apply": {
      const model = smallVpc(1, []);
      const { admitted } = command;
      const rules =
        admitted === undefined ? [] : [{ ...admit(admitted.port), source: { cidr: admitted.cidr } }];
      const groups = model.securityGroups.map((group) => ({ ...group, ingress: rules }));
      return driver.apply({ ...model, securityGroups: groups });
    }
    case "open":
      return driver.openHostAccess(command);
    case "serve": {
      const server = await driver.listenInternet(command);
      server.on("connection", (socket) => socket.end("ok served\n"));
      return undefined;
    }
    case "close":
      return driver.closeHostAccess();
    case "destroy":
      return driver.destroyAll();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line) as HostAccessCommand).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
