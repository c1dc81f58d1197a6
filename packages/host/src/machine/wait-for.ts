/** Waits for a state of the host that nothing announces. */

/** Resolves true once `reached` does, false where that takes longer than `timeoutMs`. */
export async function waitFor(reached: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 1.5, 50)) {
    if (await reached()) return true;
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
