// Installs the Debian packages that the host and end-to-end tests drive, when root runs the tests and
// something is missing. Only the tests do this; the daemon never installs anything. A failure to install is
// said and is not an error: the tests that need the tool skip with a reason.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const packages = [
  "nftables",
  "iproute2",
  "conntrack",
  "crun",
  "awscli",
  "python3-boto3",
  "openssh-client",
  "openssh-server",
  "iputils-ping",
  "curl",
];

/** Set to 1 to leave the system's packages alone. */
const optOutVariable = "CASEMATE_NO_APT";

/** Installs what is missing, where it may. */
export function ensureSystemPackages() {
  if (process.env[optOutVariable] === "1") return;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  process.stdout.write(`Installing the Debian packages the tests drive: ${missing.join(" ")}\n`);
  if (apt(["update"]) && apt(["install", "--yes", "--no-install-recommends", ...missing])) return;
  process.stdout.write("They could not be installed; the tests that need them are skipped.\n");
}

/** @param {string} name */
function isInstalled(name) {
  const query = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status}", name], { encoding: "utf8" });
  return query.status === 0 && query.stdout === "installed";
}

/** @param {string[]} args */
function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = ["-qq", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2"];
  return spawnSync("apt-get", [...options, ...args], { stdio: ["ignore", 1, 2], env }).status === 0;
}
