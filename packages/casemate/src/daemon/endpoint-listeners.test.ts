import { once } from "node:events";
import { createServer } from "node:net";
import type { Server } from "node:net";
import type { NetworkDriver } from "@casemate/cloud";
import { beforeEach, expect, test } from "vitest";
import { serveEndpoints, type EndpointListeners } from "./endpoint-listeners.ts";

type VpcModel = Parameters<NetworkDriver["apply"]>[0];

interface Eni {
  readonly number: number;
  readonly ip: string;
}

/** The model of a VPC with one endpoint at these interfaces. */
function model(vpcId: string, enis: readonly Eni[], kind: "local" | "service" = "local"): VpcModel {
  const service =
    kind === "local"
      ? { kind, ports: [443] as const }
      : { kind, serviceId: "vpce-svc-1", serviceEniNumber: 9 };
  return {
    vpcId,
    number: 1,
    enis: enis.map(({ number, ip }) => ({ id: `eni-${number}`, number, privateIps: [ip] })),
    interfaceEndpoints: [
      { id: `vpce-of-${vpcId}`, eniIds: enis.map(({ number }) => `eni-${number}`), service },
    ],
  } as unknown as VpcModel;
}

let said: string[];
let namespaces: Map<string, number>;
let broken: { apply: boolean; listen: boolean };
let servers: Server[];
let endpoints: EndpointListeners;

beforeEach(() => {
  said = [];
  servers = [];
  namespaces = new Map();
  broken = { apply: false, listen: false };
  const network: NetworkDriver = {
    mode: "kernel",
    async apply({ vpcId }) {
      said.push(`apply ${vpcId}`);
      if (broken.apply) throw new Error("no network");
    },
    async remove({ vpcId }) {
      said.push(`remove ${vpcId}`);
    },
    standing: () => Promise.resolve([]),
    netnsOf: (number) => `e-${number}`,
  };
  const listenEni = async ({ eni, address, port }: { eni: number; address: string; port: number }) => {
    if (broken.listen) throw new Error("no socket");
    said.push(`listen ${eni} ${address}:${port}`);
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    return server;
  };
  endpoints = serveEndpoints({
    network,
    kernel: { listenEni, netnsOf: (number: number) => network.netnsOf(number) } as never,
    edge: {
      attachEndpoint: (server, endpointId) => {
        said.push(`serve ${endpointId}`);
        return async () => {
          said.push(`close ${endpointId}`);
          server.close();
        };
      },
    },
    identityOf: async (path) => namespaces.get(path) ?? 1,
  });
});

const first = { number: 3, ip: "10.0.1.5" };
const second = { number: 4, ip: "10.0.2.5" };
const vpc = { vpcId: "a", number: 1 };

test("an endpoint is listened to once its network stands, and only once", async () => {
  await endpoints.network.apply(model("a", [first]));
  await endpoints.network.apply(model("a", [first]));
  expect(said).toEqual(["apply a", "listen 3 10.0.1.5:443", "serve vpce-of-a", "apply a"]);
});

test("what goes is closed before the network changes, and what comes opened after", async () => {
  await endpoints.network.apply(model("a", [first]));
  said.length = 0;
  await endpoints.network.apply(model("a", [second]));
  expect(said).toEqual(["close vpce-of-a", "apply a", "listen 4 10.0.2.5:443", "serve vpce-of-a"]);
  said.length = 0;
  await endpoints.network.remove(vpc);
  expect(said).toEqual(["close vpce-of-a", "remove a"]);
});

test("a namespace that was made anew is listened in anew", async () => {
  await endpoints.network.apply(model("a", [first]));
  for (const path of ["/run/netns/e-3", "/var/run/netns/e-3"]) namespaces.set(path, 2);
  said.length = 0;
  await endpoints.network.apply(model("a", [first]));
  expect(said).toEqual(["apply a", "close vpce-of-a", "listen 3 10.0.1.5:443", "serve vpce-of-a"]);
});

test("endpoints of other accounts' services are nobody's to answer here", async () => {
  await endpoints.network.apply(model("a", [first], "service"));
  expect(said).toEqual(["apply a"]);
});

test("where the network does not stand nothing is listened to, and a socket that fails is tried again", async () => {
  broken.apply = true;
  await expect(endpoints.network.apply(model("a", [first]))).rejects.toThrow("no network");
  broken = { apply: false, listen: true };
  await expect(endpoints.network.apply(model("a", [first]))).rejects.toThrow("no socket");
  broken.listen = false;
  await endpoints.network.apply(model("a", [first]));
  expect(said.filter((each) => each.startsWith("serve"))).toEqual(["serve vpce-of-a"]);
});

test("changes of one VPC wait for one another, and all sockets are closed at the end", async () => {
  await Promise.all([
    endpoints.network.apply(model("a", [first, second])),
    endpoints.network.apply(model("a", [second])),
    endpoints.network.apply(model("b", [first])),
  ]);
  expect(said.filter((each) => each.startsWith("close"))).toEqual(["close vpce-of-a"]);
  expect(servers.filter(({ listening }) => listening)).toHaveLength(2);
  await endpoints.closeAll();
  expect(servers.filter(({ listening }) => listening)).toEqual([]);
});
