/** The operator's calls that make accounts and give their root users credentials. */
import {
  deactivateRootMfa,
  drawAccountId,
  Fault,
  findAccountByEmail,
  isEmail,
  makeAccount,
  setRootCredentials,
  type MadeAccount,
  type RootCredentialsRefusal,
} from "@casemate/cloud";
import type { OperatorInput, OperatorOutput } from "./operator-calls.ts";
import { OperatorFault } from "./operator-fault.ts";
import type { OperatedCloud } from "./operator-handlers.ts";
import { flag, optionalText, requiredSecret } from "./operator-input.ts";
import { recordOperator } from "./record-operator.ts";

const accountId = /^\d{12}$/;

/** Makes an account with an administrator, whose credentials are told and kept. @throws OperatorFault */
export async function createAccount(
  { store, environment, keepCredentials }: OperatedCloud,
  input: OperatorInput<"accounts-create">,
): Promise<MadeAccount> {
  const wanted =
    optionalText(input, "accountId", accountId) ?? store.read((tx) => drawAccountId(tx, environment.random));
  const name = optionalText(input, "name", /^[\x20-\x7e]{1,50}$/) ?? wanted;
  const email = optionalText(input, "email");
  if (email !== undefined && !isEmail(email)) throw rootFault("email-invalid", wanted);
  const { value, seq } = store.transaction((tx) => {
    if (email !== undefined && findAccountByEmail(tx, email) !== undefined) return "email-taken";
    const made = makeAccount(tx, environment, { accountId: wanted, name, email });
    if (made === undefined) return undefined;
    // Inside, so that an account whose credentials cannot be kept is not made.
    keepCredentials(made);
    recordOperator(tx, environment, {
      eventName: "CreateAccount",
      accountId: wanted,
      requestParameters: { accountId: wanted, accountName: name },
      responseElements: { accountId: wanted, userName: made.userName, accessKeyId: made.accessKeyId },
    });
    return made;
  });
  if (value === "email-taken") throw rootFault(value, wanted);
  if (value === undefined) throw new OperatorFault("Conflict", `The account ${wanted} exists already.`);
  await store.settled(seq);
  return value;
}

/**
 * Sets what a root user signs in with. Neither the password nor the address is recorded. @throws
 * OperatorFault
 */
export async function setRootPassword(
  { store, environment }: OperatedCloud,
  input: OperatorInput<"accounts-set-root-password">,
): Promise<OperatorOutput<"accounts-set-root-password">> {
  const id = optionalText(input, "accountId", accountId) ?? environment.settings.accountId;
  const asked = {
    accountId: id,
    email: optionalText(input, "email"),
    password: requiredSecret(input, "password"),
  };
  const removeMfa = flag(input, "removeMfa");
  const { value, seq } = store.transaction((tx) =>
    orWeak(() =>
      tx.attempt(() => {
        const set = setRootCredentials(tx, environment, asked);
        if (typeof set === "string") return set;
        const removedMfaDevices = removeMfa ? deactivateRootMfa(tx, id) : [];
        recordOperator(tx, environment, {
          eventName: "SetRootPassword",
          accountId: id,
          requestParameters: { accountId: id, removeMfa },
          responseElements: { removedMfaDevices },
        });
        return { accountId: id, email: set.email, removedMfaDevices };
      }),
    ),
  );
  if (typeof value === "string") throw rootFault(value, id);
  await store.settled(seq);
  return value;
}

function orWeak<T>(work: () => T): T | "weak" {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof Fault) return "weak";
    throw thrown;
  }
}

function rootFault(refusal: RootCredentialsRefusal | "weak", id: string): OperatorFault {
  switch (refusal) {
    case "no-account":
      return new OperatorFault("NotFound", `There is no account ${id}.`);
    case "email-missing":
      return new OperatorFault("InvalidInput", `The root user of ${id} has no e-mail address yet; give one.`);
    case "email-invalid":
      return new OperatorFault("InvalidInput", "That is no e-mail address.");
    case "email-taken":
      return new OperatorFault("Conflict", "The root user of another account has that e-mail address.");
    case "weak":
      return new OperatorFault(
        "InvalidInput",
        "The password of a root user has 8 characters at least, of three kinds of lower case, upper case, " +
          "digits and symbols, and is neither the account's name nor its e-mail address.",
      );
  }
}
