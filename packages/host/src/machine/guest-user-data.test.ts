import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planUserData } from "../../guest/user-data.mjs";
import { YamlError, parseYaml } from "../../guest/yaml.mjs";

/** Reading ends with a value or with the one error that it may throw. */
function outcome(source: string): unknown {
  try {
    parseYaml(source);
    return "an end";
  } catch (error) {
    return error instanceof YamlError ? "an end" : error;
  }
}

describe("YAML in a guest", () => {
  const cases: readonly (readonly [name: string, text: string, value: unknown])[] = [
    ["nothing", "#cloud-config\n", null],
    [
      "plain scalars",
      "a: x y\nb: 1\nc: 0644\nd: true\ne: ~\nf: 1.5\ng: 0x1f",
      { a: "x y", b: 1, c: 420, d: true, e: null, f: 1.5, g: 31 },
    ],
    ["quotes", `a: "x: \\"y\\"\\n\\u00e9"\nb: 'it''s # it'`, { a: 'x: "y"\né', b: "it's # it" }],
    ["comments", "a: 1 # one\n# two\nb: x#y\nc: http://h/#f", { a: 1, b: "x#y", c: "http://h/#f" }],
    ["a list at its key's indentation", "a:\n- 1\n- 2\nb: 3", { a: [1, 2], b: 3 }],
    ["a list below its key", "a:\n  - x\n  -\n    - y", { a: ["x", ["y"]] }],
    ["lists of lists", "- - 1\n  - 2\n- 3", [[1, 2], 3]],
    ["mappings in a list", "- a: 1\n  b:\n    c: 2\n- d: 3", [{ a: 1, b: { c: 2 } }, { d: 3 }]],
    ["a literal block", "a: |\n  x\n    y\n\n  # z\nb: 1", { a: "x\n  y\n\n# z\n", b: 1 }],
    [
      "block chomping",
      "a: |-\n  x\nb: |+\n  y\n\nc: >-\n  p\n  q\n\n  r",
      { a: "x", b: "y\n\n", c: "p q\nr" },
    ],
    ["an indented block", "a: |2\n    x\n  y", { a: "  x\ny\n" }],
    ["flow values", "a: [1, 'b', [c, d: e]]", undefined],
    [
      "flow lists and mappings",
      `a: [ls, -l, "/x y"]\nb: {c: 1, d: [e]}`,
      { a: ["ls", "-l", "/x y"], b: { c: 1, d: ["e"] } },
    ],
    ["flow over lines", "a: [1,\n  2]\nb: 3", { a: [1, 2], b: 3 }],
    ["a scalar over lines", "a: x\n  y\nb: z", { a: "x y", b: "z" }],
    ["a document mark", "---\na: 1", { a: 1 }],
    ["a carriage return", "a: 1\r\nb: 2\r\n", { a: 1, b: 2 }],
    ["anchors", "a: &x 1", undefined],
    ["tags", "a: !!binary aGk=", undefined],
    ["tabs", "a:\n\tb: 1", undefined],
    ["a repeated key", "a: 1\na: 2", undefined],
    ["an open list", "a: [1, 2", undefined],
    ["a second document", "a: 1\n---\nb: 2", undefined],
    ["stray text", "a: 1\nb", undefined],
  ];
  test.each(cases.filter(([, , value]) => value !== undefined))("%s", (_name, text, value) => {
    expect(JSON.parse(JSON.stringify(parseYaml(text)))).toEqual(value);
  });
  test.each(cases.filter(([, , value]) => value === undefined))("%s: refused", (_name, text) => {
    expect(() => parseYaml(text)).toThrow(YamlError);
  });

  test("a key of any name is data", () => {
    expect(Object.entries(parseYaml("__proto__: 1\nconstructor: 2") as object)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
  });

  test("any text is read or refused, and ends", () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from("ab:-#|>[]{}'\"\\, \n\t&*!?~0")),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (source) => {
        expect(outcome(source)).toBe("an end");
      }),
      { numRuns: 2_000 },
    );
  });

  test("what JSON writes, it reads back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ depthSize: "small" }))),
        (value) => {
          // Numbers in exponent form and a minus zero are plain text here; quoted strings are what matters.
          const words = JSON.parse(
            JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "number" ? 1 : inner)),
          ) as unknown;
          expect(JSON.parse(JSON.stringify(parseYaml(JSON.stringify(words))))).toEqual(words);
        },
      ),
    );
  });
});

describe("user data in a guest", () => {
  const script = Buffer.from("#!/bin/sh\necho hi\n");

  test("a script is run as it is, also packed by gzip, base64 or both", () => {
    const packed = gzipSync(script);
    const forms = [
      script,
      packed,
      Buffer.from(script.toString("base64")),
      Buffer.from(packed.toString("base64")),
    ];
    for (const form of forms) expect(planUserData(form).scripts.map(String)).toEqual([script.toString()]);
  });

  test("commands become one script each, words quoted and lines kept", () => {
    const plan = planUserData(
      Buffer.from(`#cloud-config\nbootcmd: [a]\nruncmd:\n- [echo, "it's", $HOME]\n- echo $HOME\n`),
    );
    expect(plan.everyBoot.map(String)).toEqual(["#!/bin/sh\na\n"]);
    expect(plan.commands.map(String)).toEqual(["#!/bin/sh\n'echo' 'it'\\''s' '$HOME'\necho $HOME\n"]);
  });

  test("files carry their mode, owner and decoded content", () => {
    const packed = gzipSync("zipped").toString("base64");
    const plan = planUserData(
      Buffer.from(`#cloud-config
write_files:
- {path: /a, content: eA==, encoding: b64, permissions: '0600', owner: 'u:g'}
- {path: /b, content: ${packed}, encoding: gz+b64, permissions: 0755, append: true}
- path: relative
`),
    );
    // A bad entry spoils the whole list: half a set of files is worse than a line that says so.
    expect(plan.files).toEqual([]);
    expect(plan.refused).toEqual(["cloud-config: write_files: relative is not an absolute path"]);
    const good = planUserData(
      Buffer.from(`#cloud-config
write_files:
- {path: /a, content: eA==, encoding: b64, permissions: '0600', owner: 'u:g'}
- {path: /b, content: ${packed}, encoding: gz+b64, permissions: 0755, append: true}
`),
    );
    expect(good.files.map((file) => ({ ...file, content: file.content.toString() }))).toEqual([
      { path: "/a", content: "x", mode: 0o600, owner: "u:g", append: false },
      { path: "/b", content: "zipped", mode: 0o755, owner: "root:root", append: true },
    ]);
  });

  test("the parts of a MIME message are each taken as what they are", () => {
    const message = [
      'Content-Type: multipart/mixed; boundary="==X=="',
      "MIME-Version: 1.0",
      "",
      "--==X==",
      'Content-Type: text/cloud-config; charset="us-ascii"',
      "",
      "hostname: h1",
      "ssh_authorized_keys: [ssh-ed25519 AAAA]",
      "--==X==",
      "Content-Type: text/x-shellscript",
      "Content-Transfer-Encoding: base64",
      "",
      script.toString("base64"),
      "--==X==--",
      "",
    ].join("\n");
    const plan = planUserData(gzipSync(message));
    expect(plan.hostname).toBe("h1");
    expect(plan.keys).toEqual(["ssh-ed25519 AAAA"]);
    expect(plan.scripts.map(String)).toEqual([script.toString()]);
  });

  test("what is not understood is named and not run", () => {
    expect(planUserData(Buffer.from("just words")).refused).toEqual([
      'user data of the kind "just words" is not run',
    ]);
    expect(planUserData(Buffer.from("#include\nhttp://x/")).refused).toHaveLength(1);
    expect(planUserData(Buffer.from("#cloud-config\npackages: [x]\nusers: []")).refused).toEqual([
      "cloud-config: packages is not supported here",
      "cloud-config: users is not supported here",
    ]);
    expect(planUserData(Buffer.from("#cloud-config\nruncmd: ls")).refused).toEqual([
      "cloud-config: runcmd is not a list",
    ]);
  });

  test("any bytes give a plan", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        if (buffer[0] === 0x1f && buffer[1] === 0x8b) return;
        expect(planUserData(buffer).refused.length).toBeLessThan(100);
      }),
    );
  });
});
