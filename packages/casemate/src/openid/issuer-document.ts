/** One document of an issuer over a verified connection: a bounded GET that follows nothing. */
import { request, type IncomingMessage } from "node:http";
import { connectToIssuer, type IssuerAccess, type IssuerServer } from "./issuer-connection.ts";
import { IssuerRefused } from "./issuer-refused.ts";

/** Bytes of a document that are read. */
export const documentBytesMax = 64 * 1024;

/** Fetches the text. @throws IssuerRefused for anything but a complete answer of status 200 */
export async function issuerDocument(access: IssuerAccess, server: IssuerServer): Promise<string> {
  const { url } = server;
  const { socket } = await connectToIssuer(access, server);
  try {
    return await new Promise((settle, refuse) => {
      const lost = (): void => refuse(new IssuerRefused("unreachable", `${url.host} broke off.`));
      socket.on("error", lost);
      socket.once("close", lost);
      const abort = (): void => {
        socket.destroy();
      };
      server.signal.addEventListener("abort", abort, { once: true });
      const sent = request({
        createConnection: () => socket,
        method: "GET",
        path: `${url.pathname}${url.search}`,
        maxHeaderSize: 16 * 1024,
        headers: {
          host: url.host,
          accept: "application/json",
          "accept-encoding": "identity",
          "user-agent": "casemate",
          connection: "close",
        },
      });
      sent.on("error", lost);
      sent.on("response", (response) => {
        textOf(response, url).then(settle, refuse);
      });
      sent.end();
    });
  } finally {
    socket.destroy();
  }
}

async function textOf(response: IncomingMessage, url: URL): Promise<string> {
  // A redirection is an answer like any other that is not the document: it would lead to another server.
  const { statusCode = 0, headers } = response;
  if (statusCode >= 500) throw new IssuerRefused("unreachable", `${url.href} answers ${statusCode}.`);
  if (statusCode !== 200) throw new IssuerRefused("invalid", `${url.href} answers ${statusCode}.`);
  if ((headers["content-encoding"] ?? "identity") !== "identity") {
    throw new IssuerRefused("invalid", `${url.href} is encoded.`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > documentBytesMax) throw new IssuerRefused("invalid", `${url.href} is too long.`);
    chunks.push(chunk);
  }
  if (!response.complete) throw new IssuerRefused("unreachable", `${url.host} broke off.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new IssuerRefused("invalid", `${url.href} is no text.`);
  }
}
