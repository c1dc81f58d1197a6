/** What is told to an account that tries to change what its organization declares. */
import { fault, type Fault } from "../../kit/index.ts";

export const declarativePolicyViolation = fault({
  code: "DeclarativePolicyViolation",
  message: (message: string) =>
    `This functionality has been disabled by a Declarative Policy. Custom Message: ${message}`,
});

/** What the policy says where the organization has no words of its own. */
const defaultMessage = "This action is denied due to an organizational policy in effect.";

/** The refusal in the organization's words, if it has any. */
export function violationOf({ exceptionMessage }: { exceptionMessage?: string | undefined }): Fault {
  return declarativePolicyViolation(exceptionMessage ?? defaultMessage);
}
