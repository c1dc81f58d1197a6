/** The entry of the SQLite thread: it answers the requests of `sqliteLog`, one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { findSqliteDriver } from "./sqlite-driver.ts";
import { SqliteFile } from "./sqlite-file.ts";
import type {
  SqliteAnswer,
  SqliteRequest,
  SqliteThreadOptions,
  SqliteValueAnswer,
} from "./sqlite-messages.ts";

const port = parentPort;
if (port === null) throw new Error("This is the entry of a worker thread.");
const options = workerData as SqliteThreadOptions;
let opened: SqliteFile | undefined;

function answer(message: SqliteAnswer): void {
  port?.postMessage(message);
}

function file(): SqliteFile {
  opened ??= new SqliteFile(findSqliteDriver(options.driverFrom, options.driver), options.path);
  return opened;
}

function serve(request: SqliteRequest): SqliteValueAnswer {
  switch (request.action) {
    case "load":
      return file().load(request.tables, (documents) => answer({ id: request.id, documents }));
    case "append":
      file().append(request.batch);
      return undefined;
    case "query":
      return file().query(request.query);
    case "trim":
      return file().trim(request.kind, request.before, request.limit);
    case "close":
      file().close();
      return undefined;
  }
}

port.on("message", (request: SqliteRequest) => {
  try {
    answer({ id: request.id, value: serve(request) });
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    answer({ id: request.id, fault: { name: error.name, message: error.message } });
  }
});
