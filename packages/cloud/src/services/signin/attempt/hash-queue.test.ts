import { expect, it } from "vitest";
import { attemptsWaitingMax, createHashQueue, passwordHashesAtOnceMax } from "./hash-queue.ts";

it("runs few at once, lets few wait, and sends the others away", async () => {
  const queue = createHashQueue();
  const ends: (() => void)[] = [];
  let most = 0;
  let running = 0;
  const work = async (): Promise<string> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
    return "hashed";
  };
  const room = passwordHashesAtOnceMax + attemptsWaitingMax;
  const asked = Array.from({ length: room + 5 }, () => queue.run(work));
  expect(await Promise.all(asked.slice(room))).toEqual(Array.from({ length: 5 }, () => undefined));
  for (let count = 0; count < room; count += 1) {
    ends.shift()?.();
    await asked[count];
    // Whoever waited begins in the turn after the one that ended.
    await Promise.resolve();
  }
  expect(await Promise.all(asked.slice(0, room))).toEqual(Array.from({ length: room }, () => "hashed"));
  expect(most).toBe(passwordHashesAtOnceMax);
  const later = queue.run(work);
  await Promise.resolve();
  ends.shift()?.();
  expect(await later).toBe("hashed");
});

it("goes on after work that failed", async () => {
  const queue = createHashQueue();
  const fail = (): Promise<string> => Promise.reject(new Error("no memory"));
  for (let count = 0; count < 10; count += 1) await expect(queue.run(fail)).rejects.toThrow("no memory");
  expect(await queue.run(() => Promise.resolve("hashed"))).toBe("hashed");
});
