/** The identity and access management service. */
import type { Service } from "../../kit/index.ts";
import { accessKeys } from "./access-key/access-key.ts";
import { accounts } from "./account/account.ts";
import { instanceProfiles } from "./instance-profile/instance-profile.ts";
import { policies } from "./policy/policy.ts";
import { roles } from "./role/role.ts";
import { users } from "./user/user.ts";

export const iamService: Service = {
  name: "iam",
  iamPrefix: "iam",
  eventSource: "iam.amazonaws.com",
  scope: "global",
  refusal: { code: "AccessDenied", status: 403, encoded: false },
  operations: [],
  faults: [],
  collections: [accessKeys, accounts, instanceProfiles, policies, roles, users],
  tables: [],
};
