/** DHCP options as requests state them: which there are and what values they take. */
import { parseAddress } from "@casemate/net-engine";
import type { NewDhcpConfiguration } from "@casemate/wire/ec2";
import { attributeValueMissing } from "../instance/attribute-change.ts";
import {
  amazonProvidedDns,
  dhcpOptionTwice,
  dhcpOptionUnknown,
  dhcpValueCount,
  dhcpValueInvalid,
  type DhcpConfiguration,
} from "./dhcp-options.ts";

/** Values that one option takes. */
export const dhcpValuesMax = 4;

interface OptionForm {
  readonly valuesMax: number;
  readonly holds: (value: string) => boolean;
}

function isIpv4(value: string): boolean {
  return typeof parseAddress(value) === "number";
}

function isAddress(value: string): boolean {
  return parseAddress(value) !== undefined;
}

/** One or more domains, as Linux takes them; at most as long as a DHCP option can be. */
function isDomains(value: string): boolean {
  const label = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;
  const domains = value.split(" ");
  return (
    value.length <= 253 && domains.every((domain) => domain.split(".").every((part) => label.test(part)))
  );
}

function isLeaseTime(value: string): boolean {
  const seconds = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
  return seconds >= 140 && seconds <= 2_147_483_647;
}

/** The options of AWS, each with the values that it takes. */
const forms: Readonly<Record<string, OptionForm>> = {
  "domain-name": { valuesMax: 1, holds: isDomains },
  "domain-name-servers": {
    valuesMax: dhcpValuesMax,
    holds: (value) => value === amazonProvidedDns || isAddress(value),
  },
  "ipv6-address-preferred-lease-time": { valuesMax: 1, holds: isLeaseTime },
  "netbios-name-servers": { valuesMax: dhcpValuesMax, holds: isIpv4 },
  "netbios-node-type": { valuesMax: 1, holds: (value) => /^[1248]$/.test(value) },
  "ntp-servers": { valuesMax: dhcpValuesMax, holds: isAddress },
};

/** Reads the options of a request. @throws dhcpOptionsFaults */
export function readDhcpOptions(wire: readonly NewDhcpConfiguration[]): readonly DhcpConfiguration[] {
  const options: DhcpConfiguration[] = [];
  for (const { Key: key = "", Values: wireValues } of wire) {
    const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
    if (form === undefined) throw dhcpOptionUnknown(key);
    if (options.some((other) => other.key === key)) throw dhcpOptionTwice(key);
    // One value may hold several, with commas between them.
    const values = (wireValues ?? []).flatMap((value) => value.split(",")).map((value) => value.trim());
    if (values.length === 0 || values.length > form.valuesMax)
      throw dhcpValueCount(key, String(form.valuesMax));
    const wrong = values.find((value) => !form.holds(value));
    if (wrong !== undefined) throw dhcpValueInvalid(wrong, key);
    options.push({ key, values });
  }
  if (options.length === 0) throw attributeValueMissing("dhcpConfigurations");
  return options;
}
