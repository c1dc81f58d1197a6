// Whole replies: an operation's output, or an error, in the envelope of its protocol.
import { toJson } from "./json-codec.ts";
import { encodeRest } from "./rest-encoder.ts";
import type { ServiceModel } from "./service-model.ts";
import type { Protocol } from "./table.ts";
import { writeXml } from "./xml-encoder.ts";
import { escapeXml } from "./xml-text.ts";

export interface WireReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** In lower case; `content-type` and `content-length` are the edge's. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface WireError {
  readonly protocol: Protocol;
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
  /** Further members of the exception; only JSON carries them. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the caller is at fault; by default every status below 500. */
  readonly sender?: boolean | undefined;
  /** The service's namespace, which the query envelope names. */
  readonly xmlNamespace?: string | undefined;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const xmlType: Record<"ec2" | "query", string> = { ec2: "text/xml;charset=UTF-8", query: "text/xml" };

const restType = "application/json";

/** The reply that carries an operation's output. */
export function encodeResult(
  model: ServiceModel,
  operation: string,
  result: { readonly output: unknown; readonly requestId: string },
): WireReply {
  const { output, requestId } = result;
  const reply = (contentType: string, body: string): WireReply => {
    return { status: 200, contentType, body, headers: { "x-amzn-requestid": requestId } };
  };
  switch (model.protocol) {
    case "ec2":
      return reply(xmlType.ec2, encodeEc2(model, operation, { output, requestId }));
    case "query":
      return reply(xmlType.query, encodeQuery(model, operation, { output, requestId }));
    case "json1.0":
    case "json1.1":
      return reply(jsonType(model.protocol), encodeJsonResult(model, operation, output));
    case "rest-json": {
      const { status, headers, body } = encodeRest(model, operation, output);
      return { ...reply(restType, body), status, headers: { ...headers, "x-amzn-requestid": requestId } };
    }
  }
}

function encodeEc2(
  model: ServiceModel,
  operation: string,
  result: { output: unknown; requestId: string },
): string {
  const ref = model.outputOf(operation);
  const content = ref === "U" ? "<return>true</return>" : writeXml(model, ref, result.output ?? {});
  const requestId = element("requestId", escapeXml(result.requestId));
  return declaration + rootElement(model, operation, requestId + content);
}

function encodeQuery(
  model: ServiceModel,
  operation: string,
  result: { output: unknown; requestId: string },
): string {
  const ref = model.outputOf(operation);
  const content = ref === "U" ? "" : element(`${operation}Result`, writeXml(model, ref, result.output ?? {}));
  const metadata = element("ResponseMetadata", element("RequestId", escapeXml(result.requestId)));
  return rootElement(model, operation, content + metadata);
}

function rootElement(model: ServiceModel, operation: string, content: string): string {
  return `<${operation}Response xmlns="${model.xmlNamespace}">${content}</${operation}Response>`;
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** The body of an operation's output in the JSON protocols; without an output shape it is `{}`. */
export function encodeJsonResult(model: ServiceModel, operation: string, output: unknown): string {
  return JSON.stringify(toJson(model, model.outputOf(operation), output ?? {}));
}

/** The reply that carries an error. */
export function encodeError(error: WireError): WireReply {
  const headers = { "x-amzn-requestid": error.requestId };
  const { status } = error;
  switch (error.protocol) {
    case "ec2":
      return { status, contentType: xmlType.ec2, body: ec2Error(error), headers };
    case "query":
      return { status, contentType: xmlType.query, body: queryError(error), headers };
    case "json1.0":
    case "json1.1": {
      const body = JSON.stringify({ __type: error.code, ...jsonError(error) });
      return { status, contentType: jsonType(error.protocol), body, headers };
    }
    case "rest-json": {
      const body = JSON.stringify(jsonError(error));
      return { status, contentType: restType, body, headers: { ...headers, "x-amzn-errortype": error.code } };
    }
  }
}

/** Services spell the name of the text in both ways, and clients read the one that their model has. */
function jsonError({ message, details }: WireError): Record<string, unknown> {
  return { ...details, message, Message: message };
}

function ec2Error({ code, message, requestId }: WireError): string {
  const error = element("Error", element("Code", escapeXml(code)) + element("Message", escapeXml(message)));
  return (
    declaration + element("Response", element("Errors", error) + element("RequestID", escapeXml(requestId)))
  );
}

function queryError({ code, message, status, requestId, sender, xmlNamespace }: WireError): string {
  const type = element("Type", (sender ?? status < 500) ? "Sender" : "Receiver");
  const text = element("Code", escapeXml(code)) + element("Message", escapeXml(message));
  const content = element("Error", type + text) + element("RequestId", escapeXml(requestId));
  const space = xmlNamespace === undefined ? "" : ` xmlns="${escapeXml(xmlNamespace)}"`;
  return `<ErrorResponse${space}>${content}</ErrorResponse>`;
}

function jsonType(protocol: "json1.0" | "json1.1"): string {
  return `application/x-amz-json-${protocol.slice(4)}`;
}
