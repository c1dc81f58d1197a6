/**
 * The commit log in a SQLite file, written by a thread of its own so that a flush never holds up the store.
 * Whoever holds the file holds it alone; the memory of the process is the only cache.
 */
import { Worker } from "node:worker_threads";
import type {
  CommitBatch,
  CommitLog,
  ItemQuery,
  LoadedLog,
  StoredDocument,
  StoredItem,
} from "./commit-log.ts";
import { StoreCorrupt, StoreFailed, StoreLocked, StoreMisuse, StoreNewer } from "./errors.ts";
import type { SqliteDriverName } from "./sqlite-driver.ts";
import type { SqliteAnswer, SqliteFault, SqliteRequest, SqliteThreadOptions } from "./sqlite-messages.ts";
import { sqliteWorkerUrl } from "./sqlite-worker-url.ts";

/** How the thread is found and what it uses. */
export interface SqliteLogOptions {
  /** The module of the thread, when it is not `sqlite-worker.js` beside this one. */
  readonly workerUrl?: URL | undefined;
  /** Only this driver will do; when not given, `node:sqlite` where Node has it, otherwise `libsql`. */
  readonly driver?: SqliteDriverName | undefined;
}

/**
 * A commit log in the SQLite file at `path`; the file (0600) and its directory (0700) are made when
 * missing.
 */
export function sqliteLog(path: string, options: SqliteLogOptions = {}): CommitLog {
  return new SqliteLog(path, options);
}

type RequestBody = SqliteRequest extends infer Request
  ? Request extends SqliteRequest
    ? Omit<Request, "id">
    : never
  : never;

interface Outstanding {
  readonly receive: (documents: readonly StoredDocument[]) => void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: Error) => void;
}

class SqliteLog implements CommitLog {
  readonly #path: string;
  readonly #options: SqliteLogOptions;
  readonly #outstanding = new Map<number, Outstanding>();
  #worker: Worker | undefined;
  #next = 1;

  constructor(path: string, options: SqliteLogOptions) {
    this.#path = path;
    this.#options = options;
  }

  async load(
    tables: readonly string[],
    receive: (documents: readonly StoredDocument[]) => void,
  ): Promise<LoadedLog> {
    // A new thread each time: a failed flush may have left the connection in any state, and libsql lets go
    // of a file only when its statements are gone.
    await this.#end();
    this.#worker = this.#start(this.#options.workerUrl ?? (await sqliteWorkerUrl()));
    return (await this.#ask({ action: "load", tables }, receive)) as LoadedLog;
  }

  async append(batch: CommitBatch): Promise<void> {
    await this.#ask({ action: "append", batch });
  }

  async query(query: ItemQuery): Promise<readonly StoredItem[]> {
    return (await this.#ask({ action: "query", query })) as readonly StoredItem[];
  }

  async trim(kind: string, before: number, limit: number): Promise<number> {
    return (await this.#ask({ action: "trim", kind, before, limit })) as number;
  }

  async close(): Promise<void> {
    await this.#end();
  }

  /** Ends the thread, once it has finished what it was asked before. */
  async #end(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    // A connection that cannot be closed in good order ends with its thread.
    await this.#ask({ action: "close" }).catch(() => undefined);
    this.#stop(worker, new StoreFailed("The log is closed."));
    await worker.terminate();
  }

  #ask(body: RequestBody, receive: Outstanding["receive"] = () => undefined): Promise<unknown> {
    const worker = this.#worker;
    if (worker === undefined) return Promise.reject(new StoreLocked(`${this.#path} is not open.`));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#outstanding.set(id, { receive, resolve, reject });
      worker.postMessage({ id, ...body });
    });
  }

  #start(url: URL): Worker {
    const workerData: SqliteThreadOptions = {
      path: this.#path,
      driverFrom: import.meta.url,
      driver: this.#options.driver,
    };
    const worker = new Worker(url, { name: "casemate-sqlite", workerData });
    worker.on("message", (answer: SqliteAnswer) => this.#receive(answer));
    worker.on("error", (cause) =>
      this.#stop(worker, new StoreFailed("The SQLite thread failed.", { cause })),
    );
    worker.on("exit", () => this.#stop(worker, new StoreFailed("The SQLite thread has ended.")));
    return worker;
  }

  /** Forgets a thread; the next load starts another. */
  #stop(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const outstanding = [...this.#outstanding.values()];
    this.#outstanding.clear();
    for (const request of outstanding) request.reject(cause);
  }

  #receive(answer: SqliteAnswer): void {
    const request = this.#outstanding.get(answer.id);
    if (request === undefined) return;
    if ("documents" in answer) {
      try {
        request.receive(answer.documents);
      } catch (cause) {
        this.#outstanding.delete(answer.id);
        request.reject(cause as Error);
      }
      return;
    }
    this.#outstanding.delete(answer.id);
    if ("fault" in answer) request.reject(errorOf(answer.fault));
    else request.resolve(answer.value);
  }
}

const faults = { StoreCorrupt, StoreFailed, StoreLocked, StoreMisuse, StoreNewer };

function errorOf(fault: SqliteFault): Error {
  const known = Object.hasOwn(faults, fault.name) ? faults[fault.name as keyof typeof faults] : Error;
  return new known(fault.message);
}
