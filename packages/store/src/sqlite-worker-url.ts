/**
 * Where the code of the SQLite thread is. The one place that knows how it is built, bundled or run from
 * source.
 */

/**
 * The module of the SQLite thread: `sqlite-worker.js` beside the running module, so a bundle only has to
 * put a file of that name next to itself. Run from source on a Node that cannot load TypeScript, it is
 * built in memory first.
 */
export async function sqliteWorkerUrl(): Promise<URL> {
  if (!import.meta.url.endsWith(".ts")) return new URL("./sqlite-worker.js", import.meta.url);
  built ??= builtFromSource();
  return built;
}

let built: Promise<URL> | undefined;

async function builtFromSource(): Promise<URL> {
  // Only the source tree comes here, where the builder is installed; its name is kept from bundlers.
  const builder = "esbuild";
  const { build } = (await import(builder)) as Builder;
  const { outputFiles } = await build({
    entryPoints: [new URL("./sqlite-worker.ts", import.meta.url).pathname],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
  });
  const code = outputFiles[0]?.text ?? "";
  return new URL(`data:text/javascript;base64,${Buffer.from(code, "utf8").toString("base64")}`);
}

interface Builder {
  readonly build: (
    options: object,
  ) => Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
}
