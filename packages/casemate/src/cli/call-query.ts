/**
 * Calls one of the cloud's own query services, signed, as any client does. It knows only what a reply's
 * single elements say.
 */
import { signRequest, type Credentials } from "@casemate/wire";
import { CliFault } from "./cli-fault.ts";
import { endpointUrl, sendHttp } from "./send-http.ts";

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

/** Reads the text of an element of the reply. */
export type ReadElement = (name: string) => string;

/** Makes the call. @throws CliFault: with the service's code when it refuses, or because nothing answers */
export async function callQuery(call: QueryCall): Promise<ReadElement> {
  const url = endpointUrl(call.endpoint);
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
  const { status, text } = await sendHttp({ url, headers: signed.headers, body, ca });
  const read: ReadElement = (name) => elementOf(text, name);
  if (status < 400) return read;
  throw new CliFault("refused", read("Code") || `Http${status}`, `${read("Code")}: ${read("Message")}`);
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function elementOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_whole, entity: string) => entities[entity] ?? "");
}
