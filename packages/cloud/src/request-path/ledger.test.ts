import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ledgerEntries,
  needNoPermission,
  openAuthorizationLedger,
  type AuthorizationLedger,
  type LedgerEntry,
  type NeededPermission,
} from "./testing/authorization-ledger.ts";
import { authorizationMatrix, type MatrixLine } from "./testing/authorization-matrix.ts";
import { document, iamArn } from "./testing/ledger-world.ts";
import { exampleOf } from "./testing/examples.ts";
import { changedRows, dumpStore } from "./testing/store-dump.ts";

const golden = new URL("../../../../docs/authorization-matrix.txt", import.meta.url);
const entries = ledgerEntries.map((entry) => [entry.name, entry] as const);

let ledger: AuthorizationLedger;
beforeAll(async () => {
  ledger = await openAuthorizationLedger();
});

describe("the authorization ledger", () => {
  const lines = new Map<string, Promise<MatrixLine>>();

  function lineOf(entry: LedgerEntry): Promise<MatrixLine> {
    const line = lines.get(entry.name) ?? makeLine(entry);
    lines.set(entry.name, line);
    return line;
  }

  async function makeLine(entry: LedgerEntry): Promise<MatrixLine> {
    const permissions = (await ledger.needed(entry)).map(({ action }) => action);
    const words: string[] = [];
    for (const caller of ledger.callers) words.push(await ledger.cell(entry, caller));
    return { name: entry.name, words, permissions };
  }

  it.each(entries)(
    "refuses %s to everybody who may not, without trace but in the trail",
    async (_name, entry) => {
      const { words } = await lineOf(entry);
      expect(words).toHaveLength(ledger.callers.length);
    },
  );

  it("has no operation without a permission beyond the known ones", async () => {
    const all = await Promise.all(ledgerEntries.map(lineOf));
    const open = all.filter(({ permissions }) => permissions.length === 0).map(({ name }) => name);
    expect(open).toEqual(needNoPermission);
  });

  it("is the file docs/authorization-matrix.txt", async () => {
    const all: MatrixLine[] = [];
    for (const entry of ledgerEntries) all.push(await lineOf(entry));
    const text = authorizationMatrix(
      ledger.callers.map(({ name }) => name),
      all,
    );
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, text);
    expect(readFileSync(golden, "utf8"), "UPDATE_GOLDEN=1 npx vitest run --project unit ledger").toBe(text);
  });
});

describe("the needs ledger", () => {
  /** Allows everything but one action on one resource. */
  function allBut({ action, resource }: NeededPermission): string {
    const others = { Effect: "Allow", NotAction: action, Resource: "*" };
    const elsewhere = { Effect: "Allow", Action: action, NotResource: resource };
    return resource === "*" ? document(others) : document(others, elsewhere);
  }

  /** How a refusal names the resource; EC2 leaves it out where there is none. */
  function on({ action, resource }: NeededPermission): string {
    return resource === "*" && action.startsWith("ec2:") ? "" : `on resource: ${resource} `;
  }

  // Where the proof in the request names the caller, the trust policy of a role is all that permits.
  const signed = entries.filter(([, { operation }]) => operation.identify === undefined);

  it.each(signed)(
    "%s is refused for want of any one permission, which the refusal names",
    async (_name, entry) => {
      const { world } = ledger;
      const { service, operation } = entry;
      const user = `lacks-${service.name}-${operation.name}`;
      const credentials = await world.makeUser(user, { Effect: "Allow", Action: "*", Resource: "*" });
      // What the administrator does to itself, this user does to itself.
      const needed = (await ledger.needed(entry)).map(({ action, resource }) => ({
        action,
        resource: resource === iamArn("user/admin") ? iamArn(`user/${user}`) : resource,
      }));
      for (const permission of new Map(needed.map((need) => [JSON.stringify(need), need])).values()) {
        await world.make("iam", "PutUserPolicy", {
          UserName: user,
          PolicyName: "notes",
          PolicyDocument: allBut(permission),
        });
        const before = dumpStore(world.store);
        const answer = await world.send({
          service: service.name,
          action: operation.name,
          parameters: exampleOf(service.name, operation.name, world.fixtures),
          credentials,
        });
        expect([answer.code, answer.status]).toEqual([service.refusal.code, service.refusal.status]);
        expect(answer.message).toContain(
          ` is not authorized to perform: ${permission.action} ${on(permission)}because no `,
        );
        expect(changedRows(before, dumpStore(world.store))).toEqual([]);
      }
    },
  );
});
