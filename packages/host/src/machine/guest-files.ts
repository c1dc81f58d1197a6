/**
 * The files of the image `host` that are generated and not the host's: users, log-in service, empty places.
 */

/** A directory where `text` is absent. */
export interface GuestFile {
  readonly path: string;
  readonly mode: number;
  readonly text?: string;
}

/** Static system users that Debian programs look up, and `admin`, the log-in user of Debian's own images. */
const users: readonly (readonly [name: string, id: number, home: string, shell: string | undefined])[] = [
  ["root", 0, "/root", undefined],
  ["daemon", 1, "/usr/sbin", "/usr/sbin/nologin"],
  ["bin", 2, "/bin", "/usr/sbin/nologin"],
  ["sys", 3, "/dev", "/usr/sbin/nologin"],
  ["games", 5, "/usr/games", "/usr/sbin/nologin"],
  ["man", 6, "/var/cache/man", "/usr/sbin/nologin"],
  ["mail", 8, "/var/mail", "/usr/sbin/nologin"],
  ["www-data", 33, "/var/www", "/usr/sbin/nologin"],
  ["backup", 34, "/var/backups", "/usr/sbin/nologin"],
  ["_apt", 100, "/nonexistent", "/usr/sbin/nologin"],
  ["sshd", 101, "/run/sshd", "/usr/sbin/nologin"],
  ["admin", 1000, "/home/admin", undefined],
  ["nobody", 65534, "/nonexistent", "/usr/sbin/nologin"],
];

const groups: readonly (readonly [name: string, id: number])[] = [
  ["adm", 4],
  ["tty", 5],
  ["disk", 6],
  ["utmp", 43],
  ["staff", 50],
  ["users", 100],
  ["nogroup", 65534],
];

function passwd(loginShell: string): string {
  return users
    .map(([name, id, home, shell]) => [name, "x", id, groupOf(name, id), name, home, shell ?? loginShell])
    .map((fields) => `${fields.join(":")}\n`)
    .join("");
}

function groupOf(name: string, id: number): number {
  return name === "_apt" || name === "sshd" ? 65534 : id;
}

function group(): string {
  const own = users.filter(([name, id]) => groupOf(name, id) === id && name !== "nobody" && name !== "games");
  return [...own.map(([name, id]) => [name, id] as const), ...groups]
    .map(([name, id]) => `${name}:x:${id}:\n`)
    .join("");
}

const sshdConfig = `# Written by Casemate. Keys only; the log goes to /var/log/auth.log.
Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_ecdsa_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
Include /etc/ssh/sshd_config.d/*.conf
`;

const directories: readonly (readonly [path: string, mode: number])[] = [
  ["dev", 0o755],
  ["proc", 0o555],
  ["sys", 0o555],
  ["run", 0o755],
  ["tmp", 0o1777],
  ["usr", 0o755],
  ["boot", 0o755],
  ["mnt", 0o755],
  ["media", 0o755],
  ["srv", 0o755],
  ["root", 0o700],
  ["home", 0o755],
  ["home/admin", 0o755],
  ["opt/casemate", 0o755],
  ["opt/node/bin", 0o755],
  ["opt/node/lib", 0o755],
  ["etc/casemate", 0o755],
  ["etc/profile.d", 0o755],
  ["etc/ssh/ssh_config.d", 0o755],
  ["etc/ssh/sshd_config.d", 0o755],
  ["etc/sudoers.d", 0o750],
  ["var/cache", 0o755],
  ["var/lib/cloud", 0o755],
  ["var/log", 0o755],
  ["var/spool", 0o755],
  ["var/tmp", 0o1777],
];

/** Everything generated, directories before what they hold. */
export function guestFiles(loginShell: string): readonly GuestFile[] {
  return [
    ...directories.map(([path, mode]) => ({ path, mode })),
    { path: "etc/passwd", mode: 0o644, text: passwd(loginShell) },
    { path: "etc/group", mode: 0o644, text: group() },
    {
      path: "etc/shadow",
      mode: 0o600,
      text: users.map(([name]) => `${name}:*:19000:0:99999:7:::\n`).join(""),
    },
    { path: "etc/hostname", mode: 0o644, text: "localhost\n" },
    { path: "etc/hosts", mode: 0o644, text: "127.0.0.1 localhost\n::1 localhost\n" },
    { path: "etc/resolv.conf", mode: 0o644, text: "" },
    { path: "etc/fstab", mode: 0o644, text: "" },
    { path: "etc/motd", mode: 0o644, text: "" },
    { path: "etc/environment", mode: 0o644, text: "" },
    { path: "etc/ssh/ssh_config", mode: 0o644, text: "Include /etc/ssh/ssh_config.d/*.conf\n" },
    { path: "etc/ssh/sshd_config", mode: 0o600, text: sshdConfig },
    { path: "etc/machine-id", mode: 0o644, text: "" },
  ];
}
