/** Says in which state a machine is, from its records and the processes that the host has now. */
import type { MachineExitReason, ObservedMachine } from "@casemate/cloud";
import { type MachinePaths, exists, findProcess, findState, findText } from "./machine-directory.ts";
import { readMachineAddresses } from "./machine-addresses.ts";
import { isAlive, terminationOf } from "./process-identity.ts";

/** The exit status by which a guest's first process asks to be run again. */
export const rebootStatus = 64;

/** The guest's first process catches SIGTERM once it is ready, and ignores it once it goes down. */
const guestState = { default: "starting", caught: "running", ignored: "stopping" } as const;

/**
 * The machine as it is now; undefined where nothing is left of it. A directory without a readable state is
 * what a launch or a removal that broke off has left: it is told as a machine that has ended, so that
 * somebody finishes it.
 */
export async function observeMachine(
  paths: MachinePaths,
  bootId: string,
): Promise<ObservedMachine | undefined> {
  const state = await findState(paths);
  if (state === undefined && !(await exists(paths.directory))) return undefined;
  const startedAt = state?.startedAt ?? 0;
  const supervisor = await findProcess(paths.process);
  const init = await findProcess(paths.init);
  const facts = {
    instanceId: paths.id,
    startedAt,
    startIdentity: supervisor === undefined ? `${startedAt}` : Object.values(supervisor).join(":"),
  };
  const guestRuns = init !== undefined && isAlive(init, bootId);
  const supervised = supervisor !== undefined && isAlive(supervisor, bootId);
  if (guestRuns || supervised) {
    if (await exists(paths.stopping)) return { ...facts, state: "stopping" };
    // Between the guest's end and the supervisor's, and before the first guest, there is no init.
    if (!guestRuns) return { ...facts, state: (await exists(paths.exit)) ? "stopping" : "starting" };
    const addresses = await readMachineAddresses(init.pid);
    return { ...facts, state: guestState[terminationOf(init)], ...(addresses && { addresses }) };
  }
  const survived = supervisor === undefined || supervisor.bootId === bootId;
  const reason = survived
    ? exitReason(await findText(paths.exit), await exists(paths.killed))
    : "host-restarted";
  return { ...facts, state: "exited", exit: { reason } };
}

/** Why a machine ended, by the record of its supervisor. */
export function exitReason(status: string | undefined, killed: boolean): MachineExitReason {
  if (killed) return "killed";
  if (status === undefined) return "crashed";
  if (Number(status) === rebootStatus) return "guest-reboot";
  return /^0\n?$/.test(status) ? "guest-shutdown" : "crashed";
}
