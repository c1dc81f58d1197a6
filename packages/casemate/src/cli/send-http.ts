/** Sends one request over HTTP or HTTPS and waits for its whole reply. */
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { CliFault } from "./cli-fault.ts";

/** How long a reply may take. */
const timeoutMs = 30_000;

/** A POST request. */
export interface SentRequest {
  readonly url: URL;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  /** The certificate to trust, where the endpoint speaks TLS. */
  readonly ca: string | undefined;
}

/** Its reply. */
export interface ReceivedReply {
  readonly status: number;
  readonly text: string;
  readonly setCookie: readonly string[];
}

/** The URL of an endpoint. @throws CliFault */
export function endpointUrl(endpoint: string): URL {
  if (URL.canParse(endpoint)) return new URL(endpoint);
  throw new CliFault("usage", "InvalidSetting", `${endpoint} is no endpoint.`);
}

/** Sends it. @throws CliFault when nothing answers */
export function sendHttp({ url, headers, body, ca }: SentRequest): Promise<ReceivedReply> {
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
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString("utf8"),
          setCookie: response.headers["set-cookie"] ?? [],
        }),
      );
    };
    const options = {
      method: "POST",
      headers: { ...Object.fromEntries(headers), "content-length": body.length },
      timeout: timeoutMs,
      ...(ca === undefined ? {} : { ca }),
    };
    const secure = url.protocol === "https:";
    const sent = secure ? requestHttps(url, options, receive) : requestHttp(url, options, receive);
    sent.on("timeout", () => sent.destroy(new Error("it does not answer in time")));
    sent.on("error", failed);
    sent.end(body);
  });
}
