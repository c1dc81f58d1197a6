// Where a driver is to fail: its steps are the programs that it runs to change the host and the files that it
// replaces or removes. For tests only: a bundle of the driver is built around it.

/**
 * How it fails: it is killed before the step; or in the middle of it, where it is a batch, and else after it;
 * or it goes on after the step has failed in the middle.
 */
export type FaultKind = "killed before" | "killed within" | "failed within";

let at: { readonly step: number; readonly kind: FaultKind } | undefined;
let counted = 0;
let dead = false;
let announce: () => void = () => {};
const running = new Set<Promise<unknown>>();

/** Counts from now on, and fails at the step; resolves when the driver has been killed. */
export function arm(fault: { readonly step: number; readonly kind: FaultKind } | undefined): Promise<void> {
  at = fault;
  counted = 0;
  dead = false;
  return new Promise((resolve) => {
    announce = resolve;
  });
}

/** How many steps there were since it was armed; from now on none fails. */
export function disarm(): number {
  at = undefined;
  dead = false;
  return counted;
}

/** Resolves when no program runs any more: those that a killed driver had started go on without it. */
export async function settle(): Promise<void> {
  while (running.size > 0) await Promise.allSettled(running);
}

/** One step: all of it, or as much as the fault lets happen. Nothing that a killed driver waits for comes. */
export async function step<Result>(
  whole: () => Promise<Result>,
  half: () => Promise<unknown>,
): Promise<Result> {
  if (dead) return never();
  const kind = ++counted === at?.step ? at.kind : undefined;
  if (kind === undefined) {
    const result = await track(whole());
    return dead ? never() : result;
  }
  if (kind === "failed within") {
    await track(half());
    throw new Error("this step was made to fail");
  }
  dead = true;
  if (kind === "killed within") await track(half());
  announce();
  return never();
}

/** What changes nothing: it is no step, but a killed driver does not get its answer either. */
export async function look<Result>(whole: () => Promise<Result>): Promise<Result> {
  if (dead) return never();
  const result = await track(whole());
  return dead ? never() : result;
}

async function track<Result>(work: Promise<Result>): Promise<Result> {
  running.add(work);
  try {
    return await work;
  } finally {
    running.delete(work);
  }
}

function never<Result>(): Promise<Result> {
  return new Promise(() => {});
}
