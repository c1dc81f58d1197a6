import type {
  DescribeHandshakeResponse,
  ListHandshakesForAccountResponse,
} from "@casemate/wire/organizations";
import { beforeEach, describe, expect, it } from "vitest";
import {
  openTestOrganizations,
  otherOutsideAccount,
  outsideAccount,
  testAccount,
  testNow,
  type TestOrganizations,
} from "../testing.ts";
import { handshakeKeptMs, handshakeLifetimeMs } from "./handshake.ts";

let on: TestOrganizations;
beforeEach(async () => {
  on = await openTestOrganizations();
});

const invite = (more: object = {}) =>
  on.run<{ Handshake: { Id: string } }>("InviteAccountToOrganization", {
    Target: { Type: "ACCOUNT", Id: outsideAccount },
    ...more,
  }).Handshake.Id;
const stateOf = (HandshakeId: string) =>
  on.run<DescribeHandshakeResponse>("DescribeHandshake", { HandshakeId }).Handshake?.State;

describe("an invitation", () => {
  it("tells both sides who invites whom, why and until when", () => {
    const HandshakeId = invite({ Notes: "Join us." });
    const shown = on.run<DescribeHandshakeResponse>("DescribeHandshake", { HandshakeId }).Handshake;
    expect(shown).toMatchObject({
      Id: expect.stringMatching(/^h-[a-z0-9]{12}$/),
      Arn: expect.stringMatching(
        new RegExp(`^arn:aws:organizations::${testAccount}:handshake/o-.{10}/invite/${HandshakeId}$`),
      ),
      Parties: [{ Type: "ORGANIZATION" }, { Type: "ACCOUNT", Id: outsideAccount }],
      State: "OPEN",
      Action: "INVITE",
      RequestedTimestamp: new Date(testNow),
      ExpirationTimestamp: new Date(testNow + handshakeLifetimeMs),
    });
    expect(shown?.Resources?.map(({ Type }) => Type)).toEqual(["ORGANIZATION", "ACCOUNT", "NOTES"]);
    expect(on.run("DescribeHandshake", { HandshakeId }, outsideAccount)).toEqual({ Handshake: shown });
    expect(on.run("ListHandshakesForAccount", {}, outsideAccount)).toEqual({ Handshakes: [shown] });
    expect(on.run("ListHandshakesForOrganization")).toEqual({ Handshakes: [shown] });
    expect(
      on.run("ListHandshakesForOrganization", { Filter: { ActionType: "ENABLE_ALL_FEATURES" } }),
    ).toEqual({
      Handshakes: [],
    });
  });

  it("makes a member with its tags once it is accepted", () => {
    const HandshakeId = invite({ Tags: [{ Key: "team", Value: "red" }] });
    expect(on.run("AcceptHandshake", { HandshakeId }, outsideAccount)).toMatchObject({
      Handshake: { State: "ACCEPTED" },
    });
    expect(on.run("DescribeAccount", { AccountId: outsideAccount })).toMatchObject({
      Account: { JoinedMethod: "INVITED", Status: "ACTIVE" },
    });
    expect(on.run("ListTagsForResource", { ResourceId: outsideAccount })).toEqual({
      Tags: [{ Key: "team", Value: "red" }],
    });
    expect(on.faultOf("AcceptHandshake", { HandshakeId }, outsideAccount)).toMatch(/AlreadyInState/);
    expect(
      on.faultOf("InviteAccountToOrganization", { Target: { Type: "ACCOUNT", Id: outsideAccount } }),
    ).toMatch(/^HandshakeConstraintViolation/);
  });

  it("finds an account by its address, whatever the case", () => {
    const Id = `ROOT@${outsideAccount}.example.com`;
    const HandshakeId = invite({ Target: { Type: "EMAIL", Id } });
    expect(
      on.run<ListHandshakesForAccountResponse>("ListHandshakesForAccount", {}, outsideAccount).Handshakes,
    ).toHaveLength(1);
    on.run("AcceptHandshake", { HandshakeId }, outsideAccount);
    expect(on.run("DescribeOrganization", {}, outsideAccount)).toBeDefined();
  });

  it("is declined by its receiver and cancelled by its sender, and by nobody else", () => {
    const declined = invite();
    expect(on.faultOf("DeclineHandshake", { HandshakeId: declined })).toMatch(/^AccessDenied/);
    expect(on.faultOf("CancelHandshake", { HandshakeId: declined }, outsideAccount)).toMatch(/^AccessDenied/);
    const stranger = [{ HandshakeId: declined }, otherOutsideAccount] as const;
    for (const name of ["AcceptHandshake", "DeclineHandshake", "CancelHandshake", "DescribeHandshake"]) {
      expect(on.faultOf(name, ...stranger)).toMatch(/^HandshakeNotFound/);
    }
    on.run("DeclineHandshake", { HandshakeId: declined }, outsideAccount);
    expect(on.faultOf("AcceptHandshake", { HandshakeId: declined }, outsideAccount)).toMatch(/Transition/);
    const cancelled = invite();
    on.run("CancelHandshake", { HandshakeId: cancelled });
    expect([stateOf(declined), stateOf(cancelled)]).toEqual(["DECLINED", "CANCELED"]);
  });

  it("expires after 15 days, is shown for 30 more, and can be sent again", () => {
    const HandshakeId = invite();
    on.advance(handshakeLifetimeMs - 1);
    expect(stateOf(HandshakeId)).toBe("OPEN");
    on.advance(1);
    expect(stateOf(HandshakeId)).toBe("EXPIRED");
    expect(on.faultOf("AcceptHandshake", { HandshakeId }, outsideAccount)).toMatch(/Transition/);
    expect(invite()).not.toBe(HandshakeId);
    on.advance(handshakeKeptMs);
    expect(on.faultOf("DescribeHandshake", { HandshakeId })).toMatch(/^HandshakeNotFound/);
  });

  it("goes with its organization", () => {
    const HandshakeId = invite();
    on.run("DeleteOrganization");
    expect(on.faultOf("AcceptHandshake", { HandshakeId }, outsideAccount)).toMatch(/^HandshakeNotFound/);
  });

  it("wants the permission for the role that joining makes", () => {
    const HandshakeId = invite();
    const actions = () =>
      on.needsOf("AcceptHandshake", { HandshakeId }, outsideAccount).map(({ action }) => action);
    expect(actions()).toEqual(["organizations:AcceptHandshake", "iam:CreateServiceLinkedRole"]);
    on.run("AcceptHandshake", { HandshakeId }, outsideAccount);
    expect(actions()).toEqual(["organizations:AcceptHandshake"]);
  });
});
