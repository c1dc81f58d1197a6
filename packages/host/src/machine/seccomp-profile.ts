/**
 * The system calls that a sandbox guest may make. Everything that is not listed fails with EPERM, also
 * calls that a later kernel adds; what creates namespaces, mounts, loads code into the kernel, reads other
 * processes' kernel state or opens a socket family that namespaces do not contain is left out.
 */

interface SeccompArgument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: "SCMP_CMP_EQ" | "SCMP_CMP_MASKED_EQ";
}

interface SeccompRule {
  readonly names: readonly string[];
  readonly action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO";
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArgument[];
}

export interface SeccompProfile {
  readonly defaultAction: "SCMP_ACT_ERRNO";
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly SeccompRule[];
}

const files = `access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3
  faccessat faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl
  fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate
  futimesat getcwd getdents getdents64 getxattr ioctl lchown lgetxattr link linkat listxattr
  llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat mknod mknodat newfstatat open openat
  openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink
  readlinkat readv removexattr rename renameat renameat2 rmdir sendfile setxattr splice stat statfs
  statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime
  utimensat utimes vmsplice write writev cachestat inotify_add_watch inotify_init inotify_init1
  inotify_rm_watch memfd_create landlock_add_rule landlock_create_ruleset landlock_restrict_self
  chroot`;

const memory = `brk madvise membarrier mincore mlock mlock2 mlockall mmap mprotect mremap msync
  munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_madvise process_mrelease
  remap_file_pages memfd_secret`;

const processes = `arch_prctl capget capset execve execveat exit exit_group fork get_robust_list
  getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid
  getrlimit getrusage getsid gettid getuid ioprio_get ioprio_set kill pidfd_getfd pidfd_open
  pidfd_send_signal prctl prlimit64 ptrace process_vm_readv process_vm_writev rseq rt_sigaction
  rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
  rt_tgsigqueueinfo restart_syscall seccomp set_robust_list set_thread_area set_tid_address setfsgid
  setfsuid setgid setgroups setitimer getitimer setpgid setpriority setregid setresgid setresuid
  setreuid setrlimit setsid setuid sigaltstack tgkill tkill vfork wait4 waitid alarm pause
  get_thread_area modify_ldt`;

const scheduling = `sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
  sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr
  sched_setparam sched_setscheduler sched_yield getcpu`;

const waiting = `clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl
  epoll_pwait epoll_pwait2 epoll_wait epoll_ctl_old epoll_wait_old eventfd eventfd2 futex
  futex_requeue futex_wait futex_waitv futex_wake gettimeofday nanosleep poll ppoll pselect6 select
  signalfd signalfd4 time timer_create timer_delete timer_getoverrun timer_gettime timer_settime
  timerfd_create timerfd_gettime timerfd_settime times`;

const sockets = `accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom
  recvmmsg recvmsg sendmmsg sendmsg sendto setsockopt shutdown`;

const exchange = `io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit mq_getsetattr
  mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd semctl semget
  semop semtimedop shmat shmctl shmdt shmget`;

const rest = `getrandom sysinfo uname`;

const allowed = [files, memory, processes, scheduling, waiting, sockets, exchange, rest].flatMap((group) =>
  group.split(/\s+/),
);

/**
 * UNIX, INET, INET6, NETLINK, PACKET. AF_VSOCK, which reaches a hypervisor past every namespace, is not here.
 */
const socketFamilies = [1, 2, 10, 16, 17];

/**
 * Linux, its 32-bit and uname-2.6 variants, and the question what it is: the values that only change answers.
 */
const personalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const cloneNamespaceFlags = 0x7e020000;

const enosys = 38;
const eperm = 1;

const architectures: Readonly<Record<string, string>> = {
  x64: "SCMP_ARCH_X86_64",
  arm64: "SCMP_ARCH_AARCH64",
  riscv64: "SCMP_ARCH_RISCV64",
  ppc64: "SCMP_ARCH_PPC64LE",
  s390x: "SCMP_ARCH_S390X",
};

/**
 * The profile for a processor architecture in Node's spelling.
 * Differs: programs of a second architecture (32-bit x86) do not run, because their one socket call cannot
 * be filtered by family.
 * @throws {RangeError} for an architecture without a profile; a guest never runs without one silently.
 */
export function seccompProfile(architecture: string): SeccompProfile {
  const name = architectures[architecture];
  if (name === undefined) throw new RangeError(`no seccomp profile for the architecture ${architecture}`);
  return {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: eperm,
    architectures: [name],
    syscalls: [
      { names: allowed, action: "SCMP_ACT_ALLOW" },
      ...socketFamilies.map((family): SeccompRule => allowOnly(["socket", "socketpair"], family)),
      ...personalities.map((value): SeccompRule => allowOnly(["personality"], value)),
      {
        names: ["clone"],
        action: "SCMP_ACT_ALLOW",
        // s390x takes the flags second.
        args: [
          {
            index: architecture === "s390x" ? 1 : 0,
            value: cloneNamespaceFlags,
            valueTwo: 0,
            op: "SCMP_CMP_MASKED_EQ",
          },
        ],
      },
      // Its flags lie in memory that a filter cannot read; libraries fall back to clone on ENOSYS.
      { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: enosys },
    ],
  };
}

function allowOnly(names: readonly string[], value: number): SeccompRule {
  return { names, action: "SCMP_ACT_ALLOW", args: [{ index: 0, value, op: "SCMP_CMP_EQ" }] };
}
