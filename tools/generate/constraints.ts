// Reads length, range, pattern and integer-ness of input members from botocore's service models
// (Apache-2.0). Members are matched by walking an operation's input in both models, because botocore's
// shape names differ in places.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { clientOf } from "./sdk-schema.ts";
import type { Ref, ServiceTable } from "./table.ts";

interface ModelShape {
  type: string;
  members?: Record<string, { shape: string; locationName?: string; queryName?: string }>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
  min?: number;
  max?: number;
  pattern?: string;
}
interface Model {
  operations: Record<string, { input?: { shape: string } }>;
  shapes: Record<string, ModelShape>;
}
/**
 * `i` is 32 or 64 for integers; `n` and `m` are the least and greatest length or value; `p` is the pattern.
 */
type Constraint = { i?: 32 | 64; n?: number; m?: number; p?: string };

/**
 * The text of `<service>.constraints.json`: distinct constraints, and which one each member (`name`) or
 * item (`name[]`) has.
 */
export function buildConstraints(table: ServiceTable, folder: string): string {
  const model = readModel(join(folder, clientOf(table.id), table.apiVersion));
  const walker = new ConstraintWalker(table, model);
  for (const [operation, [input]] of Object.entries(table.operations)) {
    const shape = model.operations[operation]?.input?.shape;
    if (shape !== undefined) walker.walk(input, shape);
  }
  return walker.text();
}

function readModel(folder: string): Model {
  const plain = join(folder, "service-2.json");
  if (existsSync(plain)) return JSON.parse(readFileSync(plain, "utf8")) as Model;
  if (!existsSync(folder))
    throw new Error(`${folder} does not exist; it has ${readdirSync(join(folder, "..")).join(", ")}`);
  return JSON.parse(gunzipSync(readFileSync(`${plain}.gz`)).toString("utf8")) as Model;
}

class ConstraintWalker {
  private readonly sets: string[] = [];
  private readonly members: Record<string, Record<string, number>> = {};
  private readonly seen = new Set<string>();
  private readonly table: ServiceTable;
  private readonly model: Model;

  constructor(table: ServiceTable, model: Model) {
    this.table = table;
    this.model = model;
  }

  walk(ref: Ref, shapeName: string): void {
    const shape = typeof ref === "number" ? this.table.shapes[ref] : undefined;
    const target = this.model.shapes[shapeName];
    if (!shape || shape[0] !== "S" || !target?.members) return;
    const [, name, members] = shape;
    if (this.seen.has(`${name} ${shapeName}`)) return;
    this.seen.add(`${name} ${shapeName}`);
    const record = (this.members[name] ??= {});
    for (const [member, memberRef] of members) {
      const found = target.members[member];
      if (found) this.member(record, member, { ref: memberRef, shape: found.shape });
    }
  }

  private member(record: Record<string, number>, path: string, at: { ref: Ref; shape: string }): void {
    const target = this.model.shapes[at.shape];
    if (!target) return;
    const constraint = constraintOf(target);
    if (constraint) record[path] = this.index(constraint);
    const shape = typeof at.ref === "number" ? this.table.shapes[at.ref] : undefined;
    if (shape?.[0] === "L" && target.member) {
      this.member(record, `${path}[]`, { ref: shape[1], shape: target.member.shape });
    } else if (shape?.[0] === "M" && target.key && target.value) {
      this.member(record, `${path}{k}`, { ref: shape[1], shape: target.key.shape });
      this.member(record, `${path}{v}`, { ref: shape[2], shape: target.value.shape });
    } else if (shape?.[0] === "S") this.walk(at.ref, at.shape);
  }

  private index(constraint: Constraint): number {
    const text = JSON.stringify(constraint);
    const known = this.sets.indexOf(text);
    return known >= 0 ? known : this.sets.push(text) - 1;
  }

  text(): string {
    const rows = Object.entries(this.members)
      .filter(([, record]) => Object.keys(record).length > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, record]) => `${JSON.stringify(name)}:${JSON.stringify(record)}`);
    return `{"sets":[\n${this.sets.join(",\n")}],\n"members":{\n${rows.join(",\n")}}}\n`;
  }
}

function constraintOf(shape: ModelShape): Constraint | undefined {
  const bits = shape.type === "integer" ? 32 : shape.type === "long" ? 64 : undefined;
  const constraint: Constraint = {
    ...(bits === undefined ? {} : { i: bits }),
    ...(shape.min === undefined ? {} : { n: shape.min }),
    ...(shape.max === undefined ? {} : { m: shape.max }),
    ...(shape.pattern === undefined || matchesNothing(shape.pattern) ? {} : { p: shape.pattern }),
  };
  return Object.keys(constraint).length > 0 ? constraint : undefined;
}

/** One published pattern has its start anchor in the middle; taken literally it would refuse every value. */
function matchesNothing(pattern: string): boolean {
  return /[^[(|]\^/.test(pattern);
}
