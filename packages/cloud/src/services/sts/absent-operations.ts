/** The operations of AWS's STS that are left out here, each with the reason. */
export const absentStsOperations: Readonly<Record<string, string>> = {
  GetDelegatedAccessToken:
    "trades a token that IAM sends to AWS product partners; there are no such partners here",
  GetWebIdentityToken:
    "belongs to outbound federation, whose tokens are verified with keys that AWS publishes on the internet",
};
