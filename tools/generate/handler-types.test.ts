// The generated handler types are the SDK's types. The compiler compares them: the client spelling of each
// operation's input and output has to be assignable to the SDK's and the SDK's to it.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { handlerTypes, operationsName } from "./handler-types.ts";
import { clientOf, readService } from "./sdk-schema.ts";
import { buildTable } from "./table.ts";

const folder = join(process.cwd(), "node_modules", ".cache", `casemate-types-${process.pid}`);
const named = (...names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(" | ");
/** A tagged union in the input or output of these operations is a structure of optional members here. */
const different = {
  "access-analyzer": named(
    ..."CreateAccessPreview CreateAnalyzer CreateServiceLinkedAnalyzer GetAccessPreview GetAnalyzer".split(
      " ",
    ),
    ..."GetFindingRecommendation GetFindingV2 GetFindingsStatistics ListAnalyzers UpdateAnalyzer".split(" "),
    "ValidatePolicy",
  ),
  ec2: "never",
  iam: named("SimulatePrincipalPolicy"),
  organizations: "never",
  sts: "never",
};

const comparison = (id: string, expected: string) => `
import type * as Sdk from "@aws-sdk/client-${clientOf(id)}";
import type { ${operationsName(id)} as Ours } from "./${id}.ts";
type Any = any;
type Resolve<R> = { resolveMiddleware(s: Any, c: Any, o: Any): (x: Any) => Promise<R> };
type Io<C> = C extends Resolve<infer R> & { readonly input: infer I }
  ? { input: I; output: R extends { output: infer O } ? Omit<O, "$metadata"> : never } : never;
type Named<K> = K extends \`\${infer N}Command\` ? N extends "" | "$" ? never : N : never;
type Theirs = { [K in keyof typeof Sdk as Named<K>]:
  (typeof Sdk)[K] extends abstract new (...a: Any) => infer C ? Io<C> : never };
type Differing = { [K in keyof Ours | keyof Theirs]: K extends keyof Ours ? K extends keyof Theirs
  ? [Ours[K]] extends [Theirs[K]] ? [Theirs[K]] extends [Ours[K]] ? never : K : K : K : K
}[keyof Ours | keyof Theirs];
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
export const same: Same<Differing, ${expected}> = true;
`;

function compile(files: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const options = {
    extends: join(process.cwd(), "tsconfig.base.json"),
    compilerOptions: {
      composite: false,
      declarationMap: false,
      noEmit: true,
      types: [],
      noUnusedLocals: false,
    },
    files: Object.keys(files),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  const compiler = join(process.cwd(), "node_modules", "typescript", "bin", "tsc");
  try {
    return execFileSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("handler types", () => {
  it("equal the SDK's for every operation, and the comparison can fail", { timeout: 60_000 }, async () => {
    const files: Record<string, string> = {};
    for (const [id, expected] of Object.entries(different)) {
      files[`${id}.ts`] = handlerTypes(buildTable(await readService(id)), "client");
      files[`same-${id}.ts`] = comparison(id, expected);
    }
    expect(compile(files)).toBe("");
    const spoiled = (files["sts.ts"] ?? "").replace("RoleArn: string", "RoleArn: number");
    expect(compile({ "sts.ts": spoiled, "same-sts.ts": files["same-sts.ts"] ?? "" })).toContain(
      "same-sts.ts",
    );
  });
});
