// Turns an instance's user data into what a first boot does: scripts, files, keys and a host name. Pure:
// it gets bytes and returns a plan; what it does not know it names in `refused`, for the console.
import { gunzipSync } from "node:zlib";
import { parseYaml } from "./yaml.mjs";

/** User data is at most 16 KiB; compressed text may grow to this. */
const textBytesMax = 10 * 1024 * 1024;
const partsMax = 100;

/** @typedef {import("./user-data.d.mts").Plan} Plan */
/** @typedef {import("./user-data.d.mts").WishedFile} WishedFile */

/** @param {Buffer} bytes @returns {Plan} */
export function planUserData(bytes) {
  /** @type {Plan} */
  const plan = {
    everyBoot: [],
    files: [],
    keys: [],
    hostname: undefined,
    commands: [],
    scripts: [],
    refused: [],
  };
  addPart(plan, unpack(bytes), "");
  return plan;
}

/**
 * Undoes gzip, and base64 where only that makes sense of the bytes.
 * @param {Buffer} bytes
 * @returns {Buffer}
 */
function unpack(bytes) {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return unpack(gunzipSync(bytes, { maxOutputLength: textBytesMax }));
  }
  const text = bytes.toString("latin1");
  if (/^(#|Content-Type:|MIME-Version:|From )/i.test(text)) return bytes;
  const packed = text.replace(/\s+/g, "");
  if (packed.length === 0 || packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return bytes;
  const inner = Buffer.from(packed, "base64");
  const known =
    (inner[0] === 0x1f && inner[1] === 0x8b) ||
    inner[0] === 0x23 ||
    /^(Content|MIME)-/i.test(inner.toString("latin1"));
  return known ? unpack(inner) : bytes;
}

/** @param {Plan} plan @param {Buffer} bytes @param {string} type @returns {void} */
function addPart(plan, bytes, type) {
  const text = bytes.toString("utf8");
  const first = text.slice(0, Math.max(0, text.search(/\r?\n|$/)));
  if (text.trim() === "") return;
  if (
    type.startsWith("multipart/") ||
    /^(Content-Type|MIME-Version):/i.test(first) ||
    first.startsWith("From ")
  ) {
    return addParts(plan, text);
  }
  if (first.startsWith("#!") || type === "text/x-shellscript") plan.scripts.push(bytes);
  else if (/^#cloud-config(\s|$)/.test(first) || type === "text/cloud-config") addCloudConfig(plan, text);
  else if (first.startsWith("#cloud-boothook") || type === "text/cloud-boothook") {
    plan.everyBoot.push(Buffer.from(text.replace(/^#cloud-boothook[^\n]*\n/, "")));
  } else {
    plan.refused.push(`user data of the kind ${JSON.stringify(type || first.slice(0, 40))} is not run`);
  }
}

/**
 * MIME parts, as `cloud-init devel make-mime` and Terraform's cloudinit_config write them.
 * @param {Plan} plan @param {string} text @returns {void} */
function addParts(plan, text) {
  const { headers, body } = splitHeaders(text);
  const type = headers.get("content-type") ?? "";
  const boundary = /boundary="?([^";\s]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) {
    return addPart(plan, decodeBody(headers, body), type.split(";")[0]?.trim().toLowerCase() ?? "");
  }
  const pieces = `\n${body}`.split(`\n--${boundary}`);
  if (pieces.length > partsMax) return void plan.refused.push(`more than ${partsMax} parts of user data`);
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith("--")) break;
    const part = splitHeaders(piece.replace(/^[^\n]*\n/, ""));
    const inner = part.headers.get("content-type") ?? "text/plain";
    // A declared plain text says nothing: its first line decides, as everywhere.
    const declared = inner.split(";")[0]?.trim().toLowerCase() ?? "";
    const nested = declared.startsWith("multipart/");
    if (nested) addParts(plan, `Content-Type: ${inner}\n\n${part.body}`);
    else
      addPart(plan, unpack(decodeBody(part.headers, part.body)), declared === "text/plain" ? "" : declared);
  }
}

/** @param {string} text */
function splitHeaders(text) {
  const normal = text.replaceAll("\r\n", "\n").replace(/^From [^\n]*\n/, "");
  const end = normal.indexOf("\n\n");
  const head = (end < 0 ? normal : normal.slice(0, end)).replace(/\n[ \t]+/g, " ");
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const line of head.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: end < 0 ? "" : normal.slice(end + 2) };
}

/** @param {Map<string, string>} headers @param {string} body */
function decodeBody(headers, body) {
  const encoding = (headers.get("content-transfer-encoding") ?? "").toLowerCase();
  if (encoding === "base64") return Buffer.from(body, "base64");
  if (encoding === "quoted-printable") {
    const joined = body.replace(/=\r?\n/g, "");
    return Buffer.from(
      joined.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
      "latin1",
    );
  }
  return Buffer.from(body);
}

/** Keys that are understood; every other one is named on the console, because nothing would come of it. */
const handlers = /** @type {Record<string, (plan: Plan, value: unknown) => void>} */ ({
  bootcmd: (plan, value) => plan.everyBoot.push(commandScript(value, "bootcmd")),
  runcmd: (plan, value) => plan.commands.push(commandScript(value, "runcmd")),
  hostname: (plan, value) => void (plan.hostname = text(value, "hostname")),
  fqdn: (plan, value) => void (plan.hostname ??= text(value, "fqdn")),
  ssh_authorized_keys: (plan, value) =>
    plan.keys.push(...list(value, "ssh_authorized_keys").map((key) => text(key, "ssh_authorized_keys"))),
  write_files: (plan, value) => plan.files.push(...list(value, "write_files").map(wishedFile)),
});

/** @param {Plan} plan @param {string} source */
function addCloudConfig(plan, source) {
  let value;
  try {
    value = parseYaml(source);
  } catch (error) {
    plan.refused.push(`cloud-config: ${reason(error)}`);
    return;
  }
  if (value === null) return;
  if (typeof value !== "object" || Array.isArray(value)) {
    plan.refused.push("cloud-config: it is not a mapping");
    return;
  }
  for (const [key, wish] of Object.entries(value)) {
    const handler = Object.hasOwn(handlers, key) ? handlers[key] : undefined;
    try {
      if (handler === undefined) plan.refused.push(`cloud-config: ${key} is not supported here`);
      else handler(plan, wish);
    } catch (error) {
      plan.refused.push(`cloud-config: ${reason(error)}`);
    }
  }
}

/** A command list as one script: a list runs as the words it is, a string goes to the shell. */
function commandScript(/** @type {unknown} */ value, /** @type {string} */ key) {
  const lines = ["#!/bin/sh"];
  for (const item of list(value, key)) {
    if (Array.isArray(item))
      lines.push(item.map((word) => `'${String(word).replaceAll("'", `'\\''`)}'`).join(" "));
    else if (typeof item === "string") lines.push(item);
    else if (item !== null) throw new Error(`${key} holds an item that is neither a string nor a list`);
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** @param {unknown} value @returns {WishedFile} */
function wishedFile(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("write_files holds no mapping");
  const wish = /** @type {Partial<Record<keyof WishedFile | "permissions" | "encoding", unknown>>} */ (value);
  const path = text(wish.path, "write_files.path");
  if (!path.startsWith("/")) throw new Error(`write_files: ${path} is not an absolute path`);
  const mode =
    typeof wish.permissions === "number"
      ? wish.permissions
      : parseInt(text(wish.permissions ?? "0644", "write_files.permissions"), 8);
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
    throw new Error(`write_files: ${path} has no valid permissions`);
  const owner = text(wish.owner ?? "root:root", "write_files.owner");
  return {
    path,
    content: fileContent(
      text(wish.content ?? "", "write_files.content"),
      text(wish.encoding ?? "text/plain", "write_files.encoding"),
    ),
    mode,
    owner,
    append: wish.append === true,
  };
}

/** @param {string} content @param {string} encoding */
function fileContent(content, encoding) {
  switch (encoding.toLowerCase()) {
    case "text/plain":
      return Buffer.from(content);
    case "b64":
    case "base64":
      return Buffer.from(content, "base64");
    case "gz":
    case "gzip":
      return gunzipSync(Buffer.from(content, "latin1"), { maxOutputLength: textBytesMax });
    case "gz+b64":
    case "gz+base64":
    case "gzip+b64":
    case "gzip+base64":
      return gunzipSync(Buffer.from(content, "base64"), { maxOutputLength: textBytesMax });
    default:
      throw new Error(`write_files: the encoding ${encoding} is not known`);
  }
}

/** @param {unknown} value @param {string} name @returns {unknown[]} */
function list(value, name) {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`${name} is not a list`);
  return value;
}

/** @param {unknown} value @param {string} name */
function text(value, name) {
  if (typeof value !== "string" && typeof value !== "number") throw new Error(`${name} is not a text`);
  return String(value);
}

/** @param {unknown} error */
export function reason(error) {
  return error instanceof Error ? error.message : String(error);
}
