import { missingApprovals, type ProposedResolution } from '../decisions/issue-work.js';
import type { Engine } from '../run/engine.js';
import { workOf } from './change-work.js';
import { ResolutionUnapprovedError } from './operation.errors.js';

/**
 * Sees to it that others have approved a resolution of a change as it is now, where the settings want that.
 *
 * @throws ResolutionUnapprovedError; LedgerTamperedError, as then no approval counts.
 */
export async function assertApproved(
  engine: Engine,
  changeId: string,
  resolution: ProposedResolution,
): Promise<void> {
  const { approvals } = engine.settings.resolution;
  if (approvals === 0) return;
  const work = await workOf(engine, changeId);
  const missing = missingApprovals(work, resolution, approvals);
  if (missing === 0) return;
  const isProposed = work.proposal?.resolution === resolution;
  throw new ResolutionUnapprovedError(changeId, resolution, missing, isProposed);
}
