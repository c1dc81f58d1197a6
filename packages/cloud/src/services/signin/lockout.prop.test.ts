import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import {
  findLoginProfile,
  findUser,
  loginProfiles,
  noWrongGuesses,
  wrongGuessesMax,
  wrongGuessesPauseMs,
} from "../iam/index.ts";
import { account, openSignIn, type SignInCloud } from "./testing.ts";

let cloud: SignInCloud;
beforeAll(async () => {
  cloud = await openSignIn();
});

const profile = () =>
  cloud.store.read((tx) => {
    const row = findLoginProfile(tx, account, findUser(tx, account, "ana")?.id ?? "");
    if (row === undefined) throw new Error("Ana has no password.");
    return row;
  });

type WrongGuesses = ReturnType<typeof profile>["wrong"];

/** Guesses with the pauses before them; several at the same moment come at once. */
const guesses = fc.array(
  fc.record({
    afterMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 60_000 }),
      fc.integer({ min: 0, max: 2 * wrongGuessesPauseMs }),
    ),
    atOnce: fc.integer({ min: 1, max: 8 }),
  }),
  { minLength: 1, maxLength: 25 },
);

it("no sequence of wrong guesses has more than the bound looked at in any such time", async () => {
  let source = 0;
  await fc.assert(
    fc.asyncProperty(guesses, async (sequence) => {
      const fresh = { ...profile(), wrong: noWrongGuesses };
      cloud.store.transaction((tx) => tx.put(loginProfiles, fresh));
      const lookedAt: number[] = [];
      for (const { afterMs, atOnce } of sequence) {
        cloud.advance(afterMs);
        const now = cloud.environment.clock();
        const isOpen = ({ count, at }: WrongGuesses): boolean =>
          count < wrongGuessesMax || now - at >= wrongGuessesPauseMs;
        const before = profile().wrong;
        const wasOpen = isOpen(before);
        const attempts = Array.from({ length: atOnce }, () => {
          source += 1;
          const sourceIp = `10.${(source >> 16) & 255}.${(source >> 8) & 255}.${source & 255}`;
          return cloud.login({ password: "Wrong-pass1", sourceIp });
        });
        expect(new Set(await Promise.all(attempts))).toEqual(new Set(["refused"]));
        // A guess that is looked at is counted; the count begins anew after a pause.
        const started = before.count >= wrongGuessesMax && wasOpen ? 0 : before.count;
        const looked = wasOpen ? profile().wrong.count - started : 0;
        for (let each = 0; each < looked; each += 1) lookedAt.push(now);
        // Nor is a right password looked at while there is a pause.
        source += 1;
        const paused = !isOpen(profile().wrong);
        const right = paused ? await cloud.login({ sourceIp: `172.16.${source & 255}.1` }) : "refused";
        expect(right).toBe("refused");
      }
      for (const from of lookedAt) {
        const within = lookedAt.filter((at) => at >= from && at < from + wrongGuessesPauseMs);
        expect(within.length).toBeLessThanOrEqual(wrongGuessesMax);
      }
    }),
    { numRuns: 40 },
  );
});
