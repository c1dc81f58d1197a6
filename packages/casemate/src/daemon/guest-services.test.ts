import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { storedCollections, storedTables } from "@casemate/cloud";
import type { CloudEnvironment, MetadataPort } from "@casemate/cloud";
import type { NetworkDriver } from "@casemate/host";
import { memoryLog, openStore } from "@casemate/store";
import { expect, test } from "vitest";
import { createGuestServices } from "./guest-services.ts";

/** Opens sockets on loopback instead of in a router; the third cannot be opened until told otherwise. */
function loopbackRouter() {
  const opened: (Server | Socket)[] = [];
  const router = { broken: true };
  const listen = async ({ kind }: { kind: "tcp" | "udp" }): Promise<Server | Socket> => {
    if (router.broken && opened.length === 2) throw new Error("the router is gone");
    const socket =
      kind === "tcp" ? createServer().listen(0, "127.0.0.1") : createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    opened.push(socket);
    return socket;
  };
  return { router, opened, network: { listen } as unknown as NetworkDriver };
}

function isOpen(socket: Server | Socket): boolean {
  if ("listening" in socket) return socket.listening;
  try {
    socket.address();
    return true;
  } catch {
    return false;
  }
}

test("a router whose services cannot all be opened has none open, and a later try succeeds", async () => {
  const store = await openStore({ collections: storedCollections, tables: storedTables, log: memoryLog() });
  const { router, opened, network } = loopbackRouter();
  const services = createGuestServices({
    store,
    environment: { clock: () => 0, random: (bytes) => new Uint8Array(bytes) } as CloudEnvironment,
    metadata: {} as MetadataPort,
    tokenKey: new Uint8Array(32),
    network: () => network,
    failed: () => undefined,
  });
  const place = { vpc: 1, vpcId: "vpc-0123456789abcdef0" };
  await expect(services.open(place)).rejects.toThrow("the router is gone");
  expect(opened.map(isOpen)).toEqual([false, false]);
  router.broken = false;
  await services.open(place);
  expect(opened.slice(2).map(isOpen)).toEqual([true, true, true, true, true]);
  await services.closeAll();
  expect(opened.some(isOpen)).toBe(false);
});
