/** Reads the gateway probes, a table beside the cases. For tests only. */

/** One probe: a flow in the world of `changedWorld(change)` and what becomes of it. */
export interface GatewayProbe {
  readonly probe: string;
  readonly change: string;
  /** The name of an interface (with `@` and an address that it sends from) or an address outside. */
  readonly from: string;
  readonly source: string | undefined;
  readonly to: string;
  readonly protocol: number;
  readonly port: number;
  /** `ok`, `no-answer` (it arrives where nobody answers), `lost` or the stage that denies. */
  readonly expect: string;
  /** The source that the receiver sees; `-` where it does not matter. */
  readonly seen: string;
  /** The explanation code; `-` where there is none. */
  readonly code: string;
  readonly name: string;
}

const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1 };

/** Reads the table. */
export function readGatewayProbes(text: string): GatewayProbe[] {
  const [, ...lines] = text.trimEnd().split("\n");
  return lines.map((line) => {
    const [probe, change, from, to, traffic, expect, seen, code, name] = line.split("\t");
    if (probe === undefined || change === undefined || from === undefined || to === undefined)
      throw new Error(line);
    if (traffic === undefined || expect === undefined || seen === undefined) throw new Error(line);
    if (code === undefined || name === undefined) throw new Error(line);
    const [word = "", port = ""] = traffic.split("/");
    const protocol = protocols[word];
    if (protocol === undefined) throw new Error(line);
    const [sender = "", source] = from.split("@");
    return {
      probe,
      change,
      from: sender,
      source,
      to,
      protocol,
      port: Number(port),
      expect,
      seen,
      code,
      name,
    };
  });
}
