import { isClaimedBeyond } from '../lock/claimed-beyond.js';
import { FencedError } from '../lock/lock.errors.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import {
  isBehind,
  recordedClaim,
  lostChanges,
  settledUnder,
  type LostWrites,
} from '../recovery/lost-writes.js';
import type { TargetFence, TransactionalTargetSystem } from '../target-system/target-system.js';
import type { RunResources } from './change-caller.js';
import { unusable } from '../target-system/target-system.errors.js';

type Resources = Pick<RunResources, 'journal' | 'snapshot' | 'lease' | 'retry'>;

/**
 * Claims the target systems of a run for its hold of the lock, and finds out first whether they and
 * the audit store still know of each other what they should: a missing marker proves that nothing
 * was committed only where the claim before it is still there.
 */
export class TargetClaims {
  /** Each with its fence as it was before this run claimed it. */
  private readonly examined = new Map<TransactionalTargetSystem, TargetFence | undefined>();

  constructor(private readonly run: Resources) {}

  /**
   * Looks at all of these target systems, and writes to none. One that does not answer is left to
   * {@link claim}.
   *
   * @throws LostWritesError
   */
  async assertNothingLost(targets: readonly TransactionalTargetSystem[]): Promise<void> {
    const open = targets.filter((target) => !this.examined.has(target));
    const findings = await Promise.all(open.map((target) => this.examine(target).catch(() => undefined)));
    this.assertNone(findings.filter((finding) => finding !== undefined));
  }

  /**
   * Raises the target's fence, which no marker of an earlier run passes any more.
   *
   * @returns ids of the changes whose markers this claim makes superfluous: those of the run that had
   * claimed the target before, where history knows how they ended. If the audit store forgets that, it
   * has forgotten the holder of this claim, too, and the fence tells.
   * @throws LostWritesError, LockLostError, TargetSystemUnavailableError
   */
  async claim(target: TransactionalTargetSystem): Promise<readonly string[]> {
    const { retry, lease } = this.run;
    const { markers } = target;
    try {
      if (!this.examined.has(target)) {
        const finding = await retry.run(target, () => this.examine(target));
        if (finding) this.assertNone([finding]);
      }
      await retry.run(target, () => markers.prepare());
      await retry.run(target, () => markers.claim(lease.hold));
      return settledUnder(this.examined.get(target), target.id, this.run.snapshot);
    } catch (cause) {
      if (cause instanceof FencedError) throw await fencedOut(this.run, target, cause);
      throw unusable(target.id, cause);
    }
  }

  private async examine(target: TransactionalTargetSystem): Promise<LostWrites | undefined> {
    const { journal, snapshot, lease } = this.run;
    const fence = await target.markers.look(journal.service);
    const recorded = recordedClaim(snapshot, target.id);
    const targetSystem = target.id;
    const found = fence?.token ?? 0;
    if (isBehind(fence, recorded))
      return { targetSystem, lostBy: 'target-system', recorded, found, changeIds: [] };
    if (fence && isClaimedBeyond(fence, lease.hold)) {
      await lease.confirm();
      return { targetSystem, lostBy: 'audit-store', recorded, found, changeIds: [] };
    }
    // Before the claim, which would hide what was lost from the next start. What an earlier holder still
    // commits, it has recorded the start of before the head was claimed here.
    const lost = lostChanges(targetSystem, fence, await target.markers.list(journal.service), snapshot);
    // A holder that stood still between the two reads what its successor has committed meanwhile.
    if (lost) await lease.confirm();
    else this.examined.set(target, fence);
    return lost;
  }

  private assertNone(findings: readonly LostWrites[]): void {
    if (findings.length > 0) throw new LostWritesError(this.run.journal.service, findings);
  }
}

/**
 * What a refusal by a target's fence means: another holder has taken the lock over, or, where the store
 * says that none has, the store has lost an earlier holder of the lock.
 */
export async function fencedOut(
  { journal, lease, snapshot }: Pick<Resources, 'journal' | 'lease' | 'snapshot'>,
  target: TransactionalTargetSystem,
  cause: FencedError,
): Promise<Error> {
  try {
    await lease.confirm();
  } catch (lost) {
    return lost as Error;
  }
  const fence = await target.markers.look(journal.service).catch(() => undefined);
  if (!fence || !isClaimedBeyond(fence, lease.hold)) return lease.lose('the target system was fenced', cause);
  const recorded = recordedClaim(snapshot, target.id);
  return new LostWritesError(journal.service, [
    { targetSystem: target.id, lostBy: 'audit-store', recorded, found: fence.token, changeIds: [] },
  ]);
}
