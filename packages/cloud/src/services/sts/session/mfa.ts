/** The MFA code that a request for a session may carry: it must be the calling user's, right, and unspent. */
import type { Tx } from "@casemate/store";
import type { Call, ConditionKeys } from "../../../kit/index.ts";
import { checkMfaCode, countingWrongCode, spendMfaCode, type RightMfaCode } from "../../iam/index.ts";
import { mfaCodeInvalid, mfaDeviceInvalid, mfaIncomplete } from "../faults.ts";

/**
 * Whether a role's session knows that MFA was given when the role was assumed. The user guide says that the
 * credentials of AssumeRole "do not include MFA information in the context": MFA is for the trust policy to
 * ask for. Not compared with a live account yet; this is the stricter reading of both Allow and Deny.
 */
export const roleSessionsKnowMfa: boolean = false;

/** What both operations call their parameters. */
export interface MfaParameters {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/**
 * Checks the code of a request; undefined when it carries none.
 * @throws mfaIncomplete, mfaDeviceInvalid, mfaCodeInvalid, which is counted
 */
function checkedMfa(call: Call, input: MfaParameters): RightMfaCode | undefined {
  const { SerialNumber: serial, TokenCode: code } = input;
  if (serial === undefined && code === undefined) return undefined;
  if (serial === undefined || code === undefined) throw mfaIncomplete();
  const { principal, now, environment } = call;
  const checked = checkMfaCode(call.tx, environment, { principal, presented: { serial, code }, now });
  if (checked === "no-device") throw mfaDeviceInvalid();
  if (checked === "wrong-code") throw countingWrongCode(mfaCodeInvalid(), { serial, now });
  return checked;
}

/** Takes the code of a request; the answer says when MFA was given, which is now or not at all. */
export function spentMfa(tx: Tx, call: Call, input: MfaParameters): { readonly mfaAt?: number | undefined } {
  const checked = checkedMfa(call, input);
  if (checked === undefined) return {};
  spendMfaCode(tx, checked);
  return { mfaAt: call.now };
}

/** The keys by which a trust policy sees a code of the request; none when there is no code. */
export function mfaKeys(call: Call, input: MfaParameters): ConditionKeys {
  return checkedMfa(call, input) === undefined
    ? {}
    : { "aws:MultiFactorAuthPresent": true, "aws:MultiFactorAuthAge": 0 };
}
