/** How operations of this service are declared. */
import type { Ec2Operations } from "@casemate/wire/ec2";
import { operationsOf } from "../../kit/index.ts";

/** Declares an EC2 operation. */
export const operation = operationsOf<Ec2Operations>("ec2");
