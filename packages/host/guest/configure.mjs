// Runs once at every boot of a sandbox machine, as a short-lived child of its first process: asks the
// instance metadata service who the machine is, writes that into the guest's files, and lays the scripts
// ready that the first process runs next. Every line it prints goes to the console.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { dirname } from "node:path";
import { planUserData, reason } from "./user-data.mjs";

const metadataAddress = "169.254.169.254";
const resolverAddress = "169.254.169.253";
const runDirectory = "/run/casemate";
const bundle = "/etc/ssl/certs/ca-certificates.crt";
const anchors = "/etc/casemate/ca.pem";
const nameServersFile = "/etc/casemate/name-servers";
const adminUser = "admin";

/** How long a machine waits for its metadata service before it goes on without. */
const metadataPatienceMs = 60_000;

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Record<string, string>} headers
 * @returns {Promise<{ status: number, body: Buffer }>}
 */
function ask(method, path, headers) {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: metadataAddress, port: 80, method, path, headers, timeout: 3_000 },
      (reply) => {
        /** @type {Buffer[]} */
        const chunks = [];
        reply.on("data", (chunk) => chunks.push(chunk));
        reply.on("end", () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks) }));
        reply.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.end();
  });
}

/** A session token, or undefined where the service is switched off for this instance or never answers. */
async function findToken() {
  const deadline = Date.now() + metadataPatienceMs;
  for (let pause = 50; ; pause = Math.min(pause * 2, 2_000)) {
    let trouble;
    try {
      const reply = await ask("PUT", "/latest/api/token", { "X-aws-ec2-metadata-token-ttl-seconds": "300" });
      if (reply.status === 200) return reply.body.toString("latin1");
      if (reply.status === 403) {
        say("the instance metadata service is disabled for this instance");
        return undefined;
      }
      trouble = `status ${reply.status}`;
    } catch (error) {
      trouble = reason(error);
    }
    if (Date.now() + pause > deadline) {
      say(`no instance metadata: ${trouble}`);
      return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** @param {string} token */
function reader(token) {
  return async (/** @type {string} */ path) => {
    const reply = await ask("GET", `/latest/${path}`, { "X-aws-ec2-metadata-token": token });
    if (reply.status === 404) return undefined;
    if (reply.status !== 200) throw new Error(`metadata ${path}: status ${reply.status}`);
    return reply.body;
  };
}

/** @param {(path: string) => Promise<Buffer | undefined>} read */
async function readIdentity(read) {
  const one = async (/** @type {string} */ path) =>
    (await read(`meta-data/${path}`))?.toString("utf8").trim();
  const instanceId = (await one("instance-id")) ?? "";
  if (!/^i-[0-9a-f]+$/.test(instanceId)) throw new Error(`metadata: ${instanceId} is not an instance id`);
  const hostname = (await one("local-hostname")) ?? "";
  const keys = [];
  for (const line of ((await one("public-keys/")) ?? "").split("\n")) {
    const index = /^([0-9]+)=/.exec(line)?.[1];
    const key = index === undefined ? undefined : await one(`public-keys/${index}/openssh-key`);
    if (key !== undefined) keys.push(...key.split("\n"));
  }
  return { instanceId, hostname, keys, userData: await read("user-data") };
}

/** @param {string} path @param {string | Buffer} content @param {number} [mode] */
function write(path, content, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
}

/**
 * The operator's certificate authority, for programs that read the system's bundle and for those that
 * do not.
 */
function trust() {
  const pem = existsSync(anchors) ? readFileSync(anchors, "utf8").trim() : "";
  if (pem === "") return {};
  const present = existsSync(bundle) ? readFileSync(bundle, "utf8") : "";
  if (!present.includes(pem)) write(bundle, `${present.trimEnd()}\n${pem}\n`.trimStart());
  return {
    AWS_CA_BUNDLE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    SSL_CERT_FILE: bundle,
    NODE_EXTRA_CA_CERTS: anchors,
  };
}

/** Sets variables for every session: log-in shells, PAM, and ssh commands, which read none of the others. */
function environment(/** @type {Record<string, string>} */ values) {
  const pairs = Object.entries(values);
  const lines = pairs.map(([name, value]) => `${name}=${value}\n`).join("");
  write(`${runDirectory}/environment`, lines);
  const kept = existsSync("/etc/environment") ? readFileSync("/etc/environment", "utf8") : "";
  const foreign = kept
    .split("\n")
    .filter((line) => line !== "" && !pairs.some(([name]) => line.startsWith(`${name}=`)));
  write("/etc/environment", foreign.map((line) => `${line}\n`).join("") + lines);
  write("/etc/profile.d/casemate.sh", pairs.map(([name, value]) => `export ${name}=${value}\n`).join(""));
  if (existsSync("/etc/ssh/sshd_config.d")) {
    const words = pairs.map(([name, value]) => `${name}=${value}`).join(" ");
    write("/etc/ssh/sshd_config.d/casemate.conf", words === "" ? "" : `SetEnv ${words}\n`);
  }
}

/** What the DHCP options of the VPC name; without any word of them, the VPC's own resolver. */
function nameServers() {
  if (!existsSync(nameServersFile)) return [resolverAddress];
  return readFileSync(nameServersFile, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

/** @param {string} hostname */
function network(hostname) {
  const dot = hostname.indexOf(".");
  const search = dot < 0 ? "" : `search ${hostname.slice(dot + 1)}\n`;
  const servers = nameServers()
    .map((server) => `nameserver ${server}\n`)
    .join("");
  write("/etc/resolv.conf", `${search}${servers}options timeout:2 attempts:3\n`);
}

/** @param {string} hostname */
function naming(hostname) {
  const short = hostname.split(".")[0] ?? hostname;
  write("/etc/hostname", `${short}\n`);
  const names = short === hostname ? short : `${hostname} ${short}`;
  write("/etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${names}\n::1 localhost ip6-localhost ip6-loopback\n`);
}

/** @param {string} name @returns {{ uid: number, gid: number, home: string } | undefined} */
function findUser(name) {
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [user, , uid, gid, , home] = line.split(":");
    if (user === name && home !== undefined) return { uid: Number(uid), gid: Number(gid), home };
  }
  return undefined;
}

/** The instance's key pair opens the account of Debian's own images. @param {readonly string[]} keys */
function authorize(keys) {
  const user = findUser(adminUser);
  const wanted = keys.map((key) => key.trim()).filter((key) => key !== "");
  if (user === undefined || wanted.length === 0) return;
  const directory = `${user.home}/.ssh`;
  const path = `${directory}/authorized_keys`;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const present = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const added = wanted.filter((key) => !present.includes(key));
  appendFileSync(path, added.map((key) => `${key}\n`).join(""), { mode: 0o600 });
  chownSync(directory, user.uid, user.gid);
  chownSync(path, user.uid, user.gid);
  if (existsSync("/usr/bin/sudo"))
    write("/etc/sudoers.d/90-cloud-init-users", `${adminUser} ALL=(ALL) NOPASSWD:ALL\n`, 0o440);
  say(`${added.length} ssh key(s) for ${adminUser}`);
}

/** @param {import("./user-data.mjs").WishedFile} file */
function place(file) {
  mkdirSync(dirname(file.path), { recursive: true });
  if (file.append) appendFileSync(file.path, file.content);
  else writeFileSync(file.path, file.content);
  chmodSync(file.path, file.mode);
  if (file.owner !== "root:root") execFileSync("chown", ["--", file.owner, file.path], { stdio: "ignore" });
}

/**
 * Runs `step` once in the life of an instance: the mark stands before the step, so a crash never
 * repeats it.
 */
function once(/** @type {string} */ directory, /** @type {string} */ name, /** @type {() => void} */ step) {
  const mark = `${directory}/sem/${name}`;
  if (existsSync(mark)) return false;
  write(mark, `${new Date().toISOString()}\n`);
  step();
  return true;
}

/** @param {string} stage @param {string} name @param {Buffer} script */
function stage(stage, name, script) {
  mkdirSync(`${runDirectory}/${stage}`, { recursive: true });
  const start = script.subarray(0, 2).toString("latin1") === "#!" ? "" : "#!/bin/sh\n";
  write(`${runDirectory}/${stage}/${name}`, Buffer.concat([Buffer.from(start), script]), 0o700);
}

/** @param {string} directory @param {Buffer | undefined} userData */
function applyUserData(directory, userData) {
  if (userData === undefined || userData.length === 0) return;
  const hash = createHash("sha256").update(userData).digest("hex").slice(0, 12);
  let plan;
  try {
    plan = planUserData(userData);
  } catch (error) {
    return say(`user data ${hash} is not understood: ${reason(error)}`);
  }
  plan.everyBoot.forEach((script, index) => stage("boot", `bootcmd-${pad(index)}`, script));
  const first = once(directory, "config_scripts_user", () => {
    write(`${directory}/user-data.txt`, userData, 0o600);
    for (const line of plan.refused) say(line);
    if (plan.hostname !== undefined) naming(plan.hostname);
    for (const file of plan.files) {
      try {
        place(file);
      } catch (error) {
        say(`write_files: ${file.path}: ${reason(error)}`);
      }
    }
    authorize(plan.keys);
    plan.commands.forEach((script, index) => stage("final", `runcmd-${pad(index)}`, script));
    plan.scripts.forEach((script, index) => stage("final", `part-${pad(index)}`, script));
  });
  say(first ? `user data ${hash} runs now` : `user data ${hash} has run before`);
}

/** @param {number} index */
function pad(index) {
  return String(index + 1).padStart(3, "0");
}

async function main() {
  rmSync(`${runDirectory}/environment`, { force: true });
  environment(trust());
  network("");
  const token = await findToken();
  if (token === undefined) return;
  const identity = await readIdentity(reader(token));
  say(`instance ${identity.instanceId}, ${identity.hostname}`);
  network(identity.hostname);
  const directory = `/var/lib/cloud/instances/${identity.instanceId}`;
  mkdirSync(`${directory}/sem`, { recursive: true });
  rmSync("/var/lib/cloud/instance", { force: true });
  symlinkSync(directory, "/var/lib/cloud/instance");
  once(directory, "config_hostname", () => naming(identity.hostname));
  once(directory, "config_ssh", () => authorize(identity.keys));
  applyUserData(directory, identity.userData);
}

await main().catch((error) => say(`set-up failed: ${reason(error)}`));
