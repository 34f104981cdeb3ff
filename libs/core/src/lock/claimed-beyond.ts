/** A claim of a head or a fence: the token and owner of a hold of the lock. */
export interface Claim {
  readonly token: number;
  readonly owner: string | null;
}

/** True where `claimed` shuts `claim` out: by a higher token, or by the same token of another owner. */
export function isClaimedBeyond(claimed: Claim, claim: Claim): boolean {
  return claimed.token > claim.token || (claimed.token === claim.token && claimed.owner !== claim.owner);
}
