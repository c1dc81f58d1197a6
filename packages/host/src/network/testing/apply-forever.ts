// Applies one model after another until it is killed. The crash test runs it as a process of its own, bundled
// to one file as the daemon is; it also serves the metadata address, so that sockets are passed from a bundle
// too.

import { createNetworkDriver } from "../network-driver.ts";
import { smallVpc } from "./small-world.ts";

const stateDirectory = process.argv[2];
if (stateDirectory === undefined) throw new Error("the state directory is missing");
const driver = createNetworkDriver({
  stateDirectory,
  routers: {
    open: async ({ vpc }) => {
      const server = await driver.listen({ vpc, address: "169.254.169.254", port: 80, kind: "tcp" });
      server.on("connection", (socket) => socket.end("ok served\n"));
    },
    close: async () => {},
  },
});
process.stdout.write("started\n");
for (let round = 0; ; round++) {
  await driver.apply(smallVpc(1, [80, 8000 + (round % 7)], 2 + (round % 3)));
  if (round % 5 === 4) await driver.remove({ vpcId: "vpc-small-1" });
}
