/**
 * Test support: the authorization ledger. It sends every operation's example as every caller through the
 * whole path, checks what each must be told, that nothing changed and that the call stands in the trail
 * once, and answers a line of the matrix.
 */
import { expect } from "vitest";
import { trailEntries, type Operation, type Service, type TrailEntry } from "../../kit/index.ts";
import { services } from "../../services/index.ts";
import { modelOf, type Answer, type Asked, type TestCloud } from "../testing.ts";
import { makeCallers, type Caller } from "./callers.ts";
import { exampleOf, withoutProof } from "./examples.ts";
import { copyOf, firstAccount, openLedgerWorld, type Fixtures, type LedgerWorld } from "./ledger-world.ts";
import { stageFor } from "./organization-fixtures.ts";
import { changedRows, dumpStore } from "./store-dump.ts";
import { stageDefaultNetwork } from "./vpc-fixtures.ts";

/** Operations that AWS lets every authenticated caller use. The list may only shrink. */
export const needNoPermission: readonly string[] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/**
 * Operations that tell anybody which account an access key belongs to, as on AWS. The list may only shrink.
 */
const tellsOwner: readonly string[] = ["sts:GetAccessKeyInfo"];

/** An operation with its service. */
export interface LedgerEntry {
  readonly service: Service;
  readonly operation: Operation;
  /** Such as `ec2:RunInstances`. */
  readonly name: string;
}

/** Every operation of the cloud, by name. */
export const ledgerEntries: readonly LedgerEntry[] = services
  .flatMap((service) =>
    service.operations.map((operation) => ({
      service,
      operation,
      name: `${service.name}:${operation.name}`,
    })),
  )
  .toSorted((one, other) => (one.name < other.name ? -1 : 1));

/** A permission that an operation was decided on. */
export interface NeededPermission {
  readonly action: string;
  readonly resource: string;
}

/** An open ledger. */
export interface AuthorizationLedger {
  readonly world: LedgerWorld;
  readonly callers: readonly Caller[];
  /**
   * Runs the example as the administrator in a world of its own and answers the permissions that were
   * decided.
   */
  needed(entry: LedgerEntry): Promise<readonly NeededPermission[]>;
  /** Sends the example as a caller and answers the word for the matrix. */
  cell(entry: LedgerEntry, caller: Caller): Promise<string>;
}

/** Opens a ledger. */
export async function openAuthorizationLedger(): Promise<AuthorizationLedger> {
  const world = await openLedgerWorld();
  const fresh = await copyOf(world);
  // Reading changes nothing that another example depends on, so all readers share a cloud.
  const read = copyOf(world);
  const callers = await makeCallers(world);
  const known = new Map<string, Promise<readonly NeededPermission[]>>();
  return {
    world,
    callers,
    needed(entry) {
      const cloud = () => (entry.operation.access === "read" ? read : copyOf(fresh));
      const needed =
        known.get(entry.name) ?? cloud().then((own) => runAsAdministrator(entry, world.fixtures, own));
      known.set(entry.name, needed);
      return needed;
    },
    cell: (entry, caller) => cell(world, entry, caller),
  };
}

async function runAsAdministrator(
  { service, operation, name }: LedgerEntry,
  fixtures: Fixtures,
  cloud: TestCloud,
): Promise<readonly NeededPermission[]> {
  stageFor(name, cloud);
  stageDefaultNetwork(name, cloud);
  const answer = await cloud.send({
    service: service.name,
    action: operation.name,
    parameters: exampleOf(service.name, operation.name, fixtures),
    credentials: cloud.admin,
  });
  expect(
    answer.status,
    `The example of ${name} fails for an administrator; complete it in testing/examples.ts. ${answer.text}`,
  ).toBe(200);
  const entry = await onlyEntry(cloud, answer);
  expect(entry.record.errorCode).toBeUndefined();
  expect(entry.record.readOnly).toBe(operation.access === "read");
  return entry.decisions.map(({ action, resource }) => ({ action, resource }));
}

/**
 * Whether the proof in the request decides, and not who sends it: a signature is not asked for, yet one that
 * does not hold is refused.
 */
function provenByInput({ operation }: LedgerEntry, { credentials, refusal }: Caller): boolean {
  return operation.identify !== undefined && (credentials === undefined || refusal.by !== "signature");
}

async function cell(world: LedgerWorld, entry: LedgerEntry, caller: Caller): Promise<string> {
  const { service, operation, name } = entry;
  const proven = provenByInput(entry, caller);
  const before = dumpStore(world.store);
  const parameters = exampleOf(service.name, operation.name, world.fixtures);
  const { answer, record } = await sendRecorded(world, {
    service: service.name,
    action: operation.name,
    parameters: proven ? withoutProof(name, parameters) : parameters,
    credentials: caller.credentials,
  });
  const changes = changedRows(
    before,
    dumpStore(world.store),
    caller.refusal.by === "account" ? firstAccount : "",
  );
  expect(changes, `${name} as ${caller.name}`).toEqual([]);
  expect(record.eventName).toBe(operation.name);
  expect(record.eventSource).toBe(service.eventSource);
  if (proven) {
    expect([answer.status, answer.code]).toEqual([400, "InvalidIdentityToken"]);
    return "by its proof";
  }
  switch (caller.refusal.by) {
    case "signature":
      expect(answer.code).toBe(caller.refusal.codes[modelOf(service.name).protocol]);
      expect(record.recipientAccountId).toBe("anonymous");
      return "refused";
    case "account":
      if (tellsOwner.includes(name)) return "tells the owner";
      if (answer.status === 200) expectNothingOf(firstAccount, { before, parameters, text: answer.text });
      return answer.status === 200 ? "its own account only" : (answer.code ?? "");
    case "policy":
      if (needNoPermission.includes(name)) return answer.status === 200 ? "allowed" : "refused";
      expect([answer.status, answer.code]).toEqual([service.refusal.status, service.refusal.code]);
      expect(answer.message).toContain(caller.refusal.reason);
      return "refused";
  }
}

/** Sends, and wants exactly one new record, which says the same as the answer. */
export async function sendRecorded(
  cloud: TestCloud,
  asked: Asked,
): Promise<{ readonly answer: Answer; readonly record: TrailEntry["record"]; readonly entry: TrailEntry }> {
  const [last] = await cloud.store.query(trailEntries, { limit: 1, newestFirst: true });
  const answer = await cloud.send(asked);
  const [entry, previous] = await cloud.store.query(trailEntries, { limit: 2, newestFirst: true });
  if (entry === undefined) throw new Error("The trail is empty.");
  const ids = [entry, previous].map((each) => each?.record.requestID);
  expect(ids).toEqual([requestIdOf(answer), last?.record.requestID]);
  const { record } = entry;
  const prefix = asked.service === "ec2" ? (answer.status >= 500 ? "Server." : "Client.") : "";
  expect(record.errorCode).toBe(answer.code === undefined ? undefined : `${prefix}${answer.code}`);
  // XML bodies carry the id too.
  const inBody = answer.text.startsWith("<") ? requestIdOf(answer) : "";
  expect(answer.text).toContain(inBody);
  expect(cloud.defects).toEqual([]);
  return { answer, record, entry };
}

function requestIdOf(answer: Answer): string {
  return answer.headers.find(([name]) => name === "x-amzn-requestid")?.[1] ?? "";
}

async function onlyEntry(cloud: TestCloud, answer: Answer): Promise<TrailEntry> {
  const found = await cloud.store.query(trailEntries, { key: requestIdOf(answer), limit: 10 });
  expect(found).toHaveLength(1);
  return found[0] as TrailEntry;
}

/** A reply to another account names neither this one nor anything in it but what was asked for by name. */
function expectNothingOf(
  accountId: string,
  seen: { before: ReadonlyMap<string, string>; parameters: object; text: string },
): void {
  expect(seen.text).not.toContain(accountId);
  const asked = JSON.stringify(seen.parameters);
  const leaked = [...seen.before.values()].filter((row) => {
    const { id } = JSON.parse(row) as { id?: string };
    return (
      row.includes(accountId) &&
      id !== undefined &&
      id.length > 8 &&
      !asked.includes(id) &&
      seen.text.includes(id)
    );
  });
  expect(leaked).toEqual([]);
}
