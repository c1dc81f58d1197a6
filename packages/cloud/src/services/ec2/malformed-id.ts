/** The fault of an id that does not have its kind's form; the code differs by kind, the text does not. */
import { fault, type FaultFactory, type IdPrefix } from "../../kit/index.ts";

/** Declares the fault of one kind of id. */
export function malformedId(code: string, prefix: IdPrefix): FaultFactory<[id: string]> {
  return fault({ code, message: (id: string) => `Invalid id: "${id}" (expecting "${prefix}-...")` });
}
