/** Operations on transfers of elastic IPs between accounts of one region. */
import type { ReadTx, Tx } from "@casemate/store";
import { tagsOnCreate, type Call } from "../../../kit/index.ts";
import { describeRequest, idsWithMaxResults, pageOf } from "../describe.ts";
import { operation } from "../operation.ts";
import { elasticIps, useOf } from "./elastic-ip.ts";
import {
  addressesExceeded,
  allocationNotFound,
  transferAccountMalformed,
  transferNotFound,
  transferOfAssociated,
  transferToSelf,
} from "./faults.ts";
import { elasticIpsPerRegionMax } from "./operations.ts";
import {
  addressTransfers,
  endTransfers,
  isCurrent,
  offerHoldsMs,
  transfersOf,
  transferView,
  type TransferRow,
} from "./transfer.ts";

const { type } = elasticIps;

export const enableAddressTransfer = operation("EnableAddressTransfer", {
  access: "write",
  honours: ["AllocationId", "TransferAccountId"],
  needs: (input, call) => [call.need(elasticIps.target(call, input.AllocationId))],
  handle(tx, input, call) {
    const row = elasticIps.fetch(tx, call, input.AllocationId);
    const transferAccountId = input.TransferAccountId;
    if (!/^\d{12}$/.test(transferAccountId)) throw transferAccountMalformed(transferAccountId);
    if (transferAccountId === call.accountId) throw transferToSelf(transferAccountId);
    // An earlier offer of the address holds no more.
    const offer: TransferRow = {
      id: row.id,
      accountId: call.accountId,
      region: call.region,
      publicIp: row.publicIp,
      transferAccountId,
      status: "pending",
      expiresAt: call.now + offerHoldsMs,
    };
    tx.put(addressTransfers, offer);
    return { AddressTransfer: transferView(offer, "pending") };
  },
});

export const disableAddressTransfer = operation("DisableAddressTransfer", {
  access: "write",
  honours: ["AllocationId"],
  needs: (input, call) => [call.need(elasticIps.target(call, input.AllocationId))],
  handle(tx, input, call) {
    const row = elasticIps.fetch(tx, call, input.AllocationId);
    const offer = tx.get(addressTransfers, row.id);
    if (offer === undefined || !isCurrent(offer, call.now)) throw transferNotFound(row.publicIp);
    endTransfers(tx, row.id);
    return { AddressTransfer: transferView(offer, "disabled") };
  },
});

/** The offer of an address to the caller, or undefined. */
function offerTo(tx: ReadTx, call: Call, publicIp: string): TransferRow | undefined {
  return tx
    .by(addressTransfers, "public-ip", publicIp)
    .find(
      (row) =>
        row.status === "pending" &&
        row.transferAccountId === call.accountId &&
        row.region === call.region &&
        isCurrent(row, call.now),
    );
}

export const acceptAddressTransfer = operation("AcceptAddressTransfer", {
  access: "write",
  honours: ["Address", "TagSpecifications"],
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]);
    const keys = { "ec2:Domain": "vpc", "ec2:PublicIpAddress": input.Address };
    return [call.need(elasticIps.fresh(call, keys), tags.keys(type)), ...tags.needs];
  },
  handle(tx, input, call) {
    const offer = offerTo(tx, call, input.Address);
    if (offer === undefined) throw transferNotFound(input.Address);
    if (elasticIps.list(tx, call).length >= elasticIpsPerRegionMax) throw addressesExceeded();
    const tags = tagsOnCreate(call, input.TagSpecifications, [type]).of(type);
    return { AddressTransfer: transferView(accept(tx, call, { offer, tags }), "accepted") };
  },
});

/** Hands an address over: its tags stay behind. */
function accept(
  tx: Tx,
  call: Call,
  { offer, tags }: { readonly offer: TransferRow; readonly tags: Readonly<Record<string, string>> },
): TransferRow {
  const row = tx.get(elasticIps.collection, offer.id);
  if (row === undefined) throw transferNotFound(offer.publicIp);
  if (useOf(tx, row) !== undefined) throw transferOfAssociated(offer.publicIp);
  elasticIps.remove(tx, row);
  elasticIps.put(tx, {
    ...row,
    id: call.newId("eipalloc"),
    accountId: call.accountId,
    tags,
    allocatedAt: call.now,
  });
  const accepted: TransferRow = { ...offer, status: "accepted", acceptedAt: call.now };
  tx.put(addressTransfers, accepted);
  return accepted;
}

export const describeAddressTransfers = operation("DescribeAddressTransfers", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const request = describeRequest(
      { MaxResults: input.MaxResults, NextToken: input.NextToken },
      input.AllocationIds,
      "allocationIds",
    );
    const ids = new Set(request.ids ?? []);
    if (ids.size > 0 && request.maxResults !== undefined) throw idsWithMaxResults(request.idsName);
    const all = transfersOf(tx, call);
    const unknown = [...ids].find(
      (id) => !all.some((row) => row.id === id) && elasticIps.find(tx, call, id) === undefined,
    );
    if (unknown !== undefined) throw allocationNotFound(unknown);
    const rows = ids.size === 0 ? all : all.filter(({ id }) => ids.has(id));
    const found = pageOf(call, rows, request);
    return {
      AddressTransfers: found.items.map((row) => transferView(row, row.status)),
      NextToken: found.nextToken,
    };
  },
});
