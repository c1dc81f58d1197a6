/**
 * A service's face to the request path and to the composition root. Its `index.ts` makes one; nothing else of
 * it is imported.
 */
import type { AnyAppendTable, AnyCollection, Store, Tx } from "@casemate/store";
import type { Call } from "./call.ts";
import type { CloudEnvironment } from "./environment.ts";
import type { DeclaredFault } from "./fault.ts";
import type { Operation } from "./operation.ts";

/** A service. */
export interface Service {
  /** The name requests are signed for, such as `ec2`. */
  readonly name: string;
  /** The prefix of its IAM actions. */
  readonly iamPrefix: string;
  /** The service's own condition key for the request's region, such as `ec2:Region`. */
  readonly regionKey?: string;
  /** The trail's eventSource. */
  readonly eventSource: string;
  /** Global services are signed for us-east-1 and answer under any endpoint. */
  readonly scope: "global" | "regional";
  /** The code of an authorization refusal, and whether its message carries the sealed explanation. */
  readonly refusal: { readonly code: string; readonly status: number; readonly encoded: boolean };
  readonly operations: readonly Operation[];
  /** Operations that AWS's service has and this one leaves out, with the reason of each. */
  readonly absent?: Readonly<Record<string, string>>;
  readonly faults: readonly DeclaredFault[];
  readonly collections: readonly AnyCollection[];
  readonly tables: readonly AnyAppendTable[];
  /**
   * Runs before the needs of each authenticated call, for what exists from first use, such as the default
   * VPC.
   */
  readonly prepare?: (tx: Tx, call: Call) => void;
}

/** A level-triggered driver: reads the whole wanted state and brings the world to it. */
export interface Reconciler {
  readonly name: string;
  /** Wake-up topics; a wake-up is a hint, never the data. */
  readonly topics: readonly string[];
  /** Longest time between two runs, milliseconds. */
  readonly everyMs: number;
  /** One pass. Safe to run at any time, twice, and after a crash at any step. */
  run(store: Store, environment: CloudEnvironment): Promise<void>;
  /** Resolves when nothing that a pass began is still under way; absent where a pass ends with its work. */
  drain?(): Promise<void>;
  /** As drain, but what has not begun is given up: the next start's first pass finds it again. */
  stop?(): Promise<void>;
}
