/** Calls the operator's channel of a running daemon. */
import { request } from "node:http";
import { OperatorFault, operatorFaultOf } from "./operator-fault.ts";
import type { OperatorCall, OperatorInput, OperatorOutput } from "./operator-calls.ts";

/** Calls one daemon. */
export interface OperatorClient {
  /** @throws OperatorFault; its code is `Unreachable` when no daemon listens. */
  call<Name extends OperatorCall>(name: Name, input: OperatorInput<Name>): Promise<OperatorOutput<Name>>;
}

/** A client of the socket at `path`; it connects anew for every call. */
export function operatorClient(path: string): OperatorClient {
  return {
    async call<Name extends OperatorCall>(name: Name, input: OperatorInput<Name>) {
      const text = await post(path, { name, body: JSON.stringify(input) });
      return opened(text) as OperatorOutput<Name>;
    },
  };
}

type Envelope = { ok: true; data: unknown } | { ok: false; error: { code: string; message: string } };

function opened(text: string): unknown {
  let envelope: Envelope;
  try {
    envelope = JSON.parse(text) as Envelope;
  } catch {
    throw new OperatorFault("Unreachable", "The cloud broke off its answer.");
  }
  if (envelope.ok) return envelope.data;
  throw operatorFaultOf(envelope.error.code, envelope.error.message);
}

function post(path: string, { name, body }: { name: string; body: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (failure: Error): void => reject(unreachable(path, failure));
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request({ socketPath: path, path: `/v1/${name}`, method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", failed);
      response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
    sent.on("error", failed);
    sent.end(body);
  });
}

function unreachable(path: string, failure: Error): OperatorFault {
  const code = "code" in failure ? failure.code : undefined;
  if (code === "EACCES" || code === "EPERM") {
    return new OperatorFault(
      "Unreachable",
      `You may not open ${path}; run this as the one who started the cloud.`,
    );
  }
  const absent = code === "ENOENT" || code === "ECONNREFUSED" || code === "ENOTSOCK" || code === "EINVAL";
  const why = absent ? "no cloud runs there" : failure.message;
  return new OperatorFault(
    "Unreachable",
    `Cannot reach a cloud at ${path}: ${why}. Start one (casemate up), or say where its state is (--data-dir).`,
  );
}
