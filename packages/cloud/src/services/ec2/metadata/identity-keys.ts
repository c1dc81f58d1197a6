/**
 * The keys that instance identity documents are signed with: one of each region, made on first use, its
 * private half sealed.
 */
import {
  createIdentityKey,
  identitySigner,
  type IdentityKey,
  type IdentitySigner,
  type Sealer,
} from "@casemate/key-engine";
import { collection, type ReadTx, type Store } from "@casemate/store";
import type { CloudEnvironment, Keyring } from "../../../kit/index.ts";

export const identityKeys = collection<IdentityKey>({ kind: "ec2/identity-key", key: (row) => row.region });

/** The certificate under which a region's documents verify, PEM; undefined before the first was signed. */
export function findIdentityCertificate(tx: ReadTx, region: string): string | undefined {
  return tx.get(identityKeys, region)?.certificate;
}

/** Signers by region. */
export interface IdentitySigners {
  of(region: string): Promise<IdentitySigner>;
}

/** Makes the signers over a store. */
export function createIdentitySigners(store: Store, environment: CloudEnvironment): IdentitySigners {
  const sealer = bytesSealer(environment.keyring);
  const signers = new Map<string, Promise<IdentitySigner>>();
  const load = async (region: string): Promise<IdentitySigner> => {
    const known = store.read((tx) => tx.get(identityKeys, region));
    if (known !== undefined) return identitySigner(known, sealer);
    const { random, clock } = environment;
    const made = await createIdentityKey({ region, sealer, random, now: clock() });
    const { value, seq } = store.transaction((tx) => {
      const meanwhile = tx.get(identityKeys, region);
      if (meanwhile === undefined) tx.put(identityKeys, made);
      return meanwhile ?? made;
    });
    await store.settled(seq);
    return identitySigner(value, sealer);
  };
  return {
    of(region) {
      const known = signers.get(region);
      if (known !== undefined) return known;
      const loading = load(region).catch((failure: unknown) => {
        signers.delete(region);
        throw failure;
      });
      signers.set(region, loading);
      return loading;
    },
  };
}

/** The keyring seals text; keys are bytes. */
function bytesSealer(keyring: Keyring): Sealer {
  const open: Sealer["open"] = (envelope, context) => Buffer.from(keyring.open(envelope, context), "base64");
  return {
    seal: (plain, context) => keyring.seal(Buffer.from(plain).toString("base64"), context),
    open,
    openText: (envelope, context) => Buffer.from(open(envelope, context)).toString("utf8"),
  };
}
