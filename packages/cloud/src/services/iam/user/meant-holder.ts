/** Whose credentials a request means, where the root user may have them too. */
import type { ReadTx } from "@casemate/store";
import type { Call } from "../../../kit/index.ts";
import { rootHolder, rootUserName } from "../access-key/access-key.ts";
import { fetchUser } from "./user.ts";
import { userNotNamed } from "./user-faults.ts";

/** A user or the root. */
export interface Holder {
  /** The user's unique id, or `root`. */
  readonly id: string;
  /** Undefined for the root user, which has no name. */
  readonly name: string | undefined;
}

/** The named user, else the caller. @throws userNotFound, userNotNamed */
export function fetchMeantHolder(tx: ReadTx, call: Call, name: string | undefined): Holder {
  const { principal } = call;
  if (name === undefined && principal.type === "root") return { id: rootHolder, name: undefined };
  if (name === undefined && principal.type === "user") return { id: principal.id, name: principal.userName };
  if (name === undefined) throw userNotNamed();
  const row = fetchUser(tx, call, name);
  return { id: row.id, name: row.name };
}

/** The name as replies have it that must have one. */
export function holderName({ name }: Holder): string {
  return name ?? rootUserName;
}
