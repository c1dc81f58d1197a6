/** GetConsoleOutput: the end of what an instance has written to its serial console. */
import { operation } from "../operation.ts";
import { instances } from "./instance.ts";

/** Bytes of console output that are shown, the last ones. */
export const consoleOutputBytesMax = 64 * 1024;

export const getConsoleOutput = operation("GetConsoleOutput", {
  access: "read",
  // Differs: the output is always the latest, whether Latest asks for it or not, for every instance type.
  honours: "all",
  needs: (input, call) => [call.need(instances.target(call, input.InstanceId))],
  handle(tx, input, call) {
    const row = instances.fetch(tx, call, input.InstanceId);
    const written = call.environment.consoleOf(row.id);
    if (written === undefined) {
      return { InstanceId: row.id, Timestamp: new Date(row.launchedAt), Output: "" };
    }
    return {
      InstanceId: row.id,
      Timestamp: new Date(written.at),
      Output: Buffer.from(written.text.subarray(-consoleOutputBytesMax)).toString("base64"),
    };
  },
});
