// Small numbers for the actions that are decided on, so that a document finds its statements by index.

import { ACTION_SLOTS_MAX } from "./limits.ts";

const slots = new Map<string, number>();

/** No slot: the statements are looked up by the action's name. */
export const NO_SLOT = -1;

/** The number of an action, given out at its first decision; none once all are given out. */
export function slotOf(action: string): number {
  const known = slots.get(action);
  if (known !== undefined) return known;
  if (slots.size >= ACTION_SLOTS_MAX) return NO_SLOT;
  slots.set(action, slots.size);
  return slots.size - 1;
}

/** The number of an action that has one. Simulations use this: their actions are any text a user sends. */
export function knownSlotOf(action: string): number {
  return slots.get(action) ?? NO_SLOT;
}
