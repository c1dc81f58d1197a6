/** Operations on reservations of addresses. */
import { formatCidr, parseCidr } from "@casemate/net-engine";
import { applyFilters, tagsOnCreate } from "../../../kit/index.ts";
import { covers, overlaps, storedBlock } from "../cidr-block.ts";
import { describeRequest, pageOf } from "../describe.ts";
import { operation } from "../operation.ts";
import { blockMalformed } from "../vpc/faults.ts";
import { reservationOutside, reservationOverlap, reservationsExceeded } from "./faults.ts";
import { reservationFilters, reservations, reservationsOf, reservationView } from "./reservation.ts";
import { subnets } from "./subnet.ts";

/** Reservations that one subnet may have. */
export const reservationsPerSubnetMax = 255;

export const createSubnetCidrReservation = operation("CreateSubnetCidrReservation", {
  access: "write",
  honours: "all",
  needs(input, call) {
    const tags = tagsOnCreate(call, input.TagSpecifications, [reservations.type]);
    const keys = tags.keys(reservations.type);
    return [call.need(subnets.target(call, input.SubnetId), keys), ...tags.needs];
  },
  handle(tx, input, call) {
    const subnet = subnets.fetch(tx, call, input.SubnetId);
    const block = parseCidr(input.Cidr);
    if (block === undefined) throw blockMalformed(input.Cidr, "cidr");
    const cidr = formatCidr(block);
    const blocks = [subnet.cidr, ...(subnet.ipv6 === undefined ? [] : [subnet.ipv6.cidr])];
    if (!blocks.some((own) => covers(storedBlock(own), block))) throw reservationOutside(cidr);
    const others = reservationsOf(tx, subnet.id);
    if (others.some((other) => overlaps(storedBlock(other.cidr), block))) throw reservationOverlap(cidr);
    if (others.length >= reservationsPerSubnetMax) throw reservationsExceeded();
    const tags = tagsOnCreate(call, input.TagSpecifications, [reservations.type]);
    const row = reservations.put(tx, {
      id: call.newId("scr"),
      accountId: call.accountId,
      region: call.region,
      tags: tags.of(reservations.type),
      subnetId: subnet.id,
      cidr,
      use: input.ReservationType,
      ...(input.Description === undefined ? {} : { description: input.Description }),
    });
    return { SubnetCidrReservation: reservationView(row) };
  },
});

export const deleteSubnetCidrReservation = operation("DeleteSubnetCidrReservation", {
  access: "write",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const row = reservations.fetch(tx, call, input.SubnetCidrReservationId);
    reservations.remove(tx, row);
    return { DeletedSubnetCidrReservation: reservationView(row) };
  },
});

export const getSubnetCidrReservations = operation("GetSubnetCidrReservations", {
  access: "read",
  honours: "all",
  needs: (_input, call) => [call.need()],
  handle(tx, input, call) {
    const subnet = subnets.fetch(tx, call, input.SubnetId);
    const rows = applyFilters(reservationsOf(tx, subnet.id), input.Filters, {
      table: reservationFilters,
      tx,
    });
    const found = pageOf(call, rows, describeRequest(input, [subnet.id], "subnetId"));
    const family = (wanted: 4 | 6) =>
      found.items.filter(({ cidr }) => storedBlock(cidr).family === wanted).map(reservationView);
    return {
      SubnetIpv4CidrReservations: family(4),
      SubnetIpv6CidrReservations: family(6),
      NextToken: found.nextToken,
    };
  },
});
