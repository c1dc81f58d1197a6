// What decoding needs to know of a member at the place where it is used: its constraint, its checks, its
// secrecy. Constraints belong to the member, not to its shape, so lists and maps are compiled once per
// place.
import { compileCheck, compileEnumCheck, type Check } from "./constraint-check.ts";
import type { Decoding } from "./dialect.ts";
import type { ServiceModel } from "./service-model.ts";
import type { Constraint, Ref, StructureShape } from "./table.ts";

/** A place in a structure: a member, or below it the items (`[]`), keys (`{k}`) or values (`{v}`). */
export interface Place {
  readonly model: ServiceModel;
  readonly structure: string;
  readonly path: string;
  readonly secret: boolean;
}

/** The place below another one. */
export function below(place: Place, step: "[]" | "{k}" | "{v}"): Place {
  return { ...place, path: place.path + step };
}

/** The published constraint at the place, if any. */
export function constraintAt({ model, structure, path }: Place): Constraint | undefined {
  const { sets, members } = model.constraints;
  const index = Object.hasOwn(members, structure) ? members[structure]?.[path] : undefined;
  return index === undefined ? undefined : sets[index];
}

/** Every check of the value at the place, as one; undefined when there is none. */
export function checkAt(place: Place, ref: Ref): Check | undefined {
  const shape = typeof ref === "number" ? place.model.table.shapes[ref] : undefined;
  const constraint = constraintAt(place);
  const bounds = constraint === undefined ? undefined : compileCheck(constraint, place.secret);
  if (shape?.[0] !== "E") return bounds;
  const values = compileEnumCheck(shape[2], place.secret);
  if (bounds === undefined) return values;
  return (value, path, decoding) => {
    bounds(value, path, decoding);
    values(value, path, decoding);
  };
}

/** A member with the name it has in the request. */
export interface RequiredMember {
  readonly name: string;
  readonly key: string;
}

/** Notes each required member that is absent. */
export function checkRequired(
  value: Record<string, unknown>,
  required: readonly RequiredMember[],
  at: { readonly path: string; readonly decoding: Decoding },
): void {
  for (const { name, key } of required) {
    if (value[name] !== undefined) continue;
    const path = at.path === "" ? key : `${at.path}.${key}`;
    at.decoding.dialect.violate(at.decoding, { path, problem: { kind: "absent" }, value: undefined });
  }
}

/** The place of each member of a structure. */
export function placeOf(model: ServiceModel, shape: StructureShape, position: number): Place {
  const [, structure, members, , sensitive] = shape;
  const [name = "", , traits] = members[position] ?? [];
  return { model, structure, path: name, secret: sensitive === 1 || traits?.s === 1 };
}
