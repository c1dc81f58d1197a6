/** The MFA code that a request for a session may carry: it must be the calling user's, right, and unspent. */
import type { Tx } from "@casemate/store";
import type { Call, ConditionKeys } from "../../../kit/index.ts";
import { checkMfaCode, countingWrongCode, spendMfaCode, type RightMfaCode } from "../../iam/index.ts";
import { mfaCodeInvalid, mfaDeviceInvalid, mfaIncomplete } from "../faults.ts";

/** What both operations call their parameters. */
export interface MfaParameters {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/**
 * Checks the code of a request; undefined when it carries none.
 * @throws mfaIncomplete, mfaDeviceInvalid, mfaCodeInvalid, which is counted
 */
export function checkedMfa(call: Call, input: MfaParameters): RightMfaCode | undefined {
  const { SerialNumber: serial, TokenCode: code } = input;
  if (serial === undefined && code === undefined) return undefined;
  if (serial === undefined || code === undefined) throw mfaIncomplete();
  const { principal, now, environment } = call;
  const checked = checkMfaCode(call.tx, environment, { principal, presented: { serial, code }, now });
  if (checked === "no-device") throw mfaDeviceInvalid();
  if (checked === "wrong-code") throw countingWrongCode(mfaCodeInvalid(), { serial, now });
  return checked;
}

/**
 * Takes the code of a request, and tells when MFA was given: now, else when the calling user's session was
 * made.
 */
export function spentMfa(tx: Tx, call: Call, input: MfaParameters): { readonly mfaAt?: number | undefined } {
  const checked = checkedMfa(call, input);
  if (checked !== undefined) {
    spendMfaCode(tx, checked);
    return { mfaAt: call.now };
  }
  const { principal } = call;
  const before = principal.type === "user" ? principal.session?.mfaAt : undefined;
  return before === undefined ? {} : { mfaAt: before };
}

/** The keys by which a trust policy sees a code of the request; none when there is no code. */
export function mfaKeys(call: Call, input: MfaParameters): ConditionKeys {
  return checkedMfa(call, input) === undefined
    ? {}
    : { "aws:MultiFactorAuthPresent": true, "aws:MultiFactorAuthAge": 0 };
}
