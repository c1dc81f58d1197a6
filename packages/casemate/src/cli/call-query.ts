/**
 * Calls one of the cloud's own query services, signed, as any client does. It knows only what a reply's
 * single elements say.
 */
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { signRequest, type Credentials } from "@casemate/wire";
import { CliFault } from "./cli-fault.ts";

/** What is called, where and as whom. */
export interface QueryCall {
  readonly endpoint: string;
  readonly service: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly parameters: Readonly<Record<string, string>>;
  /** The certificate to trust, asked for when the endpoint speaks TLS. */
  readonly trust: () => Promise<string>;
}

/** How long a reply may take. */
const timeoutMs = 30_000;

/** Reads the text of an element of the reply. */
export type ReadElement = (name: string) => string;

/** Makes the call. @throws CliFault: with the service's code when it refuses, or because nothing answers */
export async function callQuery(call: QueryCall): Promise<ReadElement> {
  const url = urlOf(call.endpoint);
  const body = Buffer.from(new URLSearchParams(call.parameters).toString());
  const headers: [string, string][] = [
    ["host", url.host],
    ["content-type", "application/x-www-form-urlencoded; charset=utf-8"],
  ];
  const signed = signRequest(
    { method: "POST", rawPath: "/", rawQuery: "", headers, body },
    call.credentials,
    { region: call.region, service: call.service, time: new Date() },
  );
  const ca = url.protocol === "https:" ? await call.trust() : undefined;
  const { status, text } = await send({ url, headers: signed.headers, body, ca });
  const read: ReadElement = (name) => elementOf(text, name);
  if (status < 400) return read;
  throw new CliFault("refused", read("Code") || `Http${status}`, `${read("Code")}: ${read("Message")}`);
}

function urlOf(endpoint: string): URL {
  if (URL.canParse(endpoint)) return new URL(endpoint);
  throw new CliFault("usage", "InvalidSetting", `${endpoint} is no endpoint.`);
}

interface Sent {
  readonly url: URL;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly ca: string | undefined;
}

function send({ url, headers, body, ca }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const failed = (failure: Error): void =>
      reject(
        new CliFault("unreachable", "Unreachable", `Nothing answers at ${url.origin}: ${failure.message}`),
      );
    const receive = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", failed);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    };
    const options = {
      method: "POST",
      headers: { ...Object.fromEntries(headers), "content-length": body.length },
      timeout: timeoutMs,
      ...(ca === undefined ? {} : { ca }),
    };
    const sent = ca === undefined ? requestHttp(url, options, receive) : requestHttps(url, options, receive);
    sent.on("timeout", () => sent.destroy(new Error("it does not answer in time")));
    sent.on("error", failed);
    sent.end(body);
  });
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function elementOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_whole, entity: string) => entities[entity] ?? "");
}
