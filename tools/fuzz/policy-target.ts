// The policy parser of @casemate/iam-engine as a fuzz target: every text is read as every kind of policy, and
// what is valid also compiles, decides and explains.
import { PolicyFault } from "@casemate/iam-engine";
import { policyInputs } from "@casemate/iam-engine/testing";
import type { FuzzTarget } from "./target.ts";

/** Policy documents, sound and damaged. */
export function policyTarget(): FuzzTarget {
  return {
    name: policyInputs.name,
    answers: (thrown) => thrown instanceof PolicyFault,
    prepare: (random) => {
      const text = policyInputs.generate(random);
      return () => policyInputs.run(text);
    },
  };
}
