// Checks what pages name: links lead somewhere, paths in code marks exist, commands are commands of the
// package, and code that a page shows from a file stands in that file.
import type { Violation } from "../source/violation.ts";

/** What the check needs to know of the tree. */
export interface DocsTree {
  /** Text of each page by path. */
  pages: ReadonlyMap<string, string>;
  /** True when a file or folder exists. */
  exists: (path: string) => boolean;
  /** Text of a file that a page shows code from. */
  read: (path: string) => string | undefined;
  /** Names of the scripts of package.json. */
  scripts: readonly string[];
}

const link = /\[[^\]]*\]\(([^)\s]+)\)/g;
const namedPath = /`((?:packages|tools|docs|bench|e2e|changes|\.ci)\/[^`\s]*)`/g;
/** A block of code with the path of its file behind the language: ```ts packages/a/src/b.ts */
const shownCode = /^```ts (\S+)\n([\s\S]*?)^```/gm;
const namedScript = /`npm run ([\w:-]+)/g;

/** Every page's dead links and names. */
export function checkDocs(tree: DocsTree): Violation[] {
  return [...tree.pages].flatMap(([path, text]) => {
    const found: Violation[] = [];
    const shown = text.matchAll(shownCode);
    for (const [, file = "", code = ""] of shown) {
      if (!standsIn(tree.read(file), code)) {
        found.push({
          path,
          line: 1,
          rule: "docs",
          message: `the code shown from ${file} does not stand there`,
        });
      }
    }
    let inBlock = false;
    for (const [index, line] of text.split("\n").entries()) {
      const report = (message: string) => found.push({ path, line: index + 1, rule: "docs", message });
      if (line.startsWith("```")) inBlock = !inBlock;
      if (inBlock) continue;
      for (const [, target = ""] of line.matchAll(link)) {
        const message = judgeLink(tree, path, target);
        if (message !== undefined) report(message);
      }
      for (const [, name = ""] of line.matchAll(namedPath)) {
        if (!tree.exists(knownPart(name))) report(`${name} does not exist`);
      }
      for (const [, name = ""] of line.matchAll(namedScript)) {
        if (!tree.scripts.includes(name)) report(`there is no command \`npm run ${name}\``);
      }
    }
    return found;
  });
}

/** True when the parts of the code, cut at lines that are `// ...`, stand in the text one after another. */
function standsIn(text: string | undefined, code: string): boolean {
  if (text === undefined) return false;
  let from = 0;
  return code.split(/^\s*\/\/ \.\.\.\n/m).every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

function judgeLink(tree: DocsTree, from: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : new URL(file, `file:///${from}`).pathname.slice(1);
  if (!tree.exists(path)) return `${target} leads nowhere`;
  const text = tree.pages.get(path);
  if (anchor === undefined || text === undefined) return undefined;
  return anchors(text).has(anchor) ? undefined : `${target} has no such heading`;
}

/** The addresses of a page's headings, as Markdown viewers make them. */
function anchors(text: string): Set<string> {
  const headings = text.matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** The part of a path before its first placeholder: `packages/<name>/src` is `packages`. */
function knownPart(path: string): string {
  const parts = path.split("/");
  const end = parts.findIndex((part) => /[<>*{}]|NNNN/.test(part));
  return (end < 0 ? parts : parts.slice(0, end)).join("/").replace(/\/$/, "");
}
