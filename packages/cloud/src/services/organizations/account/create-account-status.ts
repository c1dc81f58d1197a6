/** Requests to create an account, with what became of them. */
import { collection } from "@casemate/store";
import type {
  CreateAccountFailureReason,
  CreateAccountState,
  CreateAccountStatus,
} from "@casemate/wire/organizations";

/** A request. Accounts are made at once, so none is in progress. */
export interface CreateAccountStatusRow {
  /** `car-` and 32 characters. */
  readonly id: string;
  readonly organizationId: string;
  readonly accountName: string;
  readonly state: CreateAccountState;
  readonly requestedAt: number;
  /** The account that was made. */
  readonly accountId?: string | undefined;
  readonly failureReason?: CreateAccountFailureReason | undefined;
}

export const createAccountStatuses = collection<CreateAccountStatusRow>()({
  kind: "organizations/create-account-status",
  key: (row) => row.id,
  indexes: { organization: (row) => row.organizationId },
});

export function createAccountStatusView(row: CreateAccountStatusRow): CreateAccountStatus {
  return {
    Id: row.id,
    AccountName: row.accountName,
    State: row.state,
    RequestedTimestamp: new Date(row.requestedAt),
    CompletedTimestamp: new Date(row.requestedAt),
    AccountId: row.accountId,
    FailureReason: row.failureReason,
  };
}
