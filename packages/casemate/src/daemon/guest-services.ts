/**
 * What instances reach at the addresses of their router: the metadata service at 169.254.169.254, the
 * resolver at 169.254.169.253 and at the VPC's own second address, the time at 169.254.169.123, and leases of
 * their addresses. Each VPC has sockets of its own, so that
 * the socket names the VPC and the source address the interface.
 */
import type { Socket } from "node:dgram";
import { createVpcResolver } from "../dns/vpc-names.ts";
import { serveDns, serveDnsOverTcp } from "../dns/dns-server.ts";
import { serveLeases } from "../dhcp/lease-server.ts";
import { serveMetadata } from "../metadata/metadata-server.ts";
import { createMetadataTokens, type MetadataTokens } from "../metadata/tokens.ts";
import { serveTime } from "../time/time-server.ts";
import { vpcNameFacts, type CloudEnvironment, type MetadataPort } from "@casemate/cloud";
import type { NetworkDriver, RouterPlace, RouterServices } from "@casemate/host";
import type { Store } from "@casemate/store";

/** Addresses every VPC has. */
const metadataAddress = "169.254.169.254";
const resolverAddress = "169.254.169.253";
const timeAddress = "169.254.169.123";
/** Requests for leases are broadcast, or sent to the gateway of a subnet. */
const everyAddress = "0.0.0.0";

/** Where instances reach the API: an address of the internet side (RFC 5737), leading nowhere else. */
export const apiAddress = "192.0.2.10";

/** What the services are made of. */
export interface GuestServicesOptions {
  readonly store: Store;
  readonly environment: CloudEnvironment;
  readonly metadata: MetadataPort;
  /** The key of metadata tokens: kept over restarts, so that instances keep their sessions. */
  readonly tokenKey: Uint8Array;
  /** The driver, once there is one. */
  readonly network: () => NetworkDriver;
  readonly failed: (cause: unknown) => void;
}

/** The services of all routers. */
export interface GuestServices extends RouterServices {
  /** Closes every socket; the routers and their rules stay. */
  closeAll(): Promise<void>;
}

/** Makes the services; the network driver opens and closes them with its routers. */
export function createGuestServices(options: GuestServicesOptions): GuestServices {
  const tokens = createMetadataTokens(options.tokenKey, options.environment.random);
  const open = new Map<number, readonly (() => Promise<void>)[]>();
  const close = async ({ vpc }: RouterPlace): Promise<void> => {
    const closers = open.get(vpc) ?? [];
    open.delete(vpc);
    await Promise.all(closers.map((each) => each()));
  };
  return {
    close,
    async closeAll() {
      await Promise.all([...open.keys()].map((vpc) => close({ vpc, vpcId: "" })));
    },
    async open(router) {
      await close(router);
      open.set(router.vpc, await openServices(options, router, tokens));
    },
  };
}

/** All or none: what was opened before a failure is closed, else it would hold its address for good. */
async function openServices(
  options: GuestServicesOptions,
  router: RouterPlace,
  tokens: MetadataTokens,
): Promise<readonly (() => Promise<void>)[]> {
  const closers: (() => Promise<void>)[] = [];
  try {
    await openMetadata(options, { router, tokens, closers });
    await openResolvers(options, { router, closers });
    await openTime(options, { router, closers });
    await openLeases(options, { router, closers });
  } catch (failure) {
    await Promise.all(closers.map((each) => each()));
    throw failure;
  }
  return closers;
}

interface Opening {
  readonly router: RouterPlace;
  readonly closers: (() => Promise<void>)[];
}

async function openMetadata(
  options: GuestServicesOptions,
  { router, tokens, closers }: Opening & { readonly tokens: MetadataTokens },
): Promise<void> {
  const { environment, metadata, failed } = options;
  const { vpc, vpcId } = router;
  const server = await options.network().listen({ vpc, kind: "tcp", address: metadataAddress, port: 80 });
  const served = serveMetadata({ vpcId, server, port: metadata, tokens, now: environment.clock, failed });
  closers.push(() => served.close());
}

async function openResolvers(
  { store, environment, failed, ...options }: GuestServicesOptions,
  { router: { vpc, vpcId }, closers }: Opening,
): Promise<void> {
  const network = options.network();
  const resolve = createVpcResolver(() => ({
    ...vpcNameFacts(store, environment, vpcId),
    serviceAddress: apiAddress,
  }));
  const { resolverAddress: ownResolver } = vpcNameFacts(store, environment, vpcId);
  for (const address of ownResolver === undefined ? [resolverAddress] : [resolverAddress, ownResolver]) {
    const udp = await network.listen({ vpc, kind: "udp", address, port: 53 });
    serveDns(udp, { resolve, failed });
    closers.push(() => closeSocket(udp));
    const tcp = await network.listen({ vpc, kind: "tcp", address, port: 53 });
    closers.push(serveDnsOverTcp(tcp, { resolve, failed }));
  }
}

async function openTime(
  { environment, failed, ...options }: GuestServicesOptions,
  { router: { vpc }, closers }: Opening,
): Promise<void> {
  const socket = await options.network().listen({ vpc, kind: "udp", address: timeAddress, port: 123 });
  serveTime(socket, { now: environment.clock, failed });
  closers.push(() => closeSocket(socket));
}

async function openLeases(
  { store, environment, failed, ...options }: GuestServicesOptions,
  { router: { vpc, vpcId }, closers }: Opening,
): Promise<void> {
  const socket = await options.network().listen({ vpc, kind: "udp", address: everyAddress, port: 67 });
  const leaseOf = (address: string) => vpcNameFacts(store, environment, vpcId).leaseOf(address);
  serveLeases(socket, { leaseOf, failed });
  closers.push(() => closeSocket(socket));
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
