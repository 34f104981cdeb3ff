import type { AuditHead } from '../audit/audit-head.js';
import { readSnapshot } from '../audit/audit-snapshot.js';
import type { Engine } from './engine.js';
import { LostWritesError } from '../recovery/lost-writes.error.js';
import { recordedClaim, type LostWrites } from '../recovery/lost-writes.js';
import type { TargetFence } from '../target-system/target-system.js';
import { separateTargets, withinLook } from '../executor/separate-targets.js';

/**
 * Looks, while this process alone may claim anything, for target systems that were claimed by a
 * holder whose claim of the head the audit store has forgotten. Called before the head is claimed:
 * a head that starts raise without having looked would hide in the end what was lost.
 *
 * @param head As it was read last. Holders claim the head before their targets, so that a fence
 * beyond a head that is read after the fence is proof.
 * @throws LostWritesError
 */
export async function assertNothingForgotten(engine: Engine, head: AuditHead | undefined): Promise<void> {
  const { pipeline, store, runtime } = engine;
  const { service } = pipeline;
  const looks = separateTargets(engine).map(async ({ id, markers }) => {
    // A run that needs a target that does not answer fails when it claims the target.
    const fence = await withinLook(markers.look(service), runtime).catch(() => undefined);
    return { id, fence };
  });
  const fences = (await Promise.all(looks)).flatMap(({ id, fence }) => (fence ? [{ id, fence }] : []));
  if (!fences.some(({ fence }) => isBeyond(fence, head))) return;
  const now = await store.readHead(service);
  const forgotten = fences.filter(({ fence }) => isBeyond(fence, now));
  if (forgotten.length === 0) return;
  const snapshot = await readSnapshot(store, service);
  const findings = forgotten.map(({ id: targetSystem, fence }): LostWrites => ({
    targetSystem,
    lostBy: 'audit-store',
    recorded: recordedClaim(snapshot, targetSystem),
    found: fence.token,
    changeIds: [],
  }));
  throw new LostWritesError(service, findings);
}

/** True for the claim of a hold that this head has never had, nor one after it. */
export function isBeyond(fence: TargetFence, head: Pick<AuditHead, 'token' | 'owner'> | undefined): boolean {
  const token = head?.token ?? 0;
  const owner = head?.owner ?? null;
  if (fence.token !== token) return fence.token > token;
  return fence.owner !== null && owner !== null && fence.owner !== owner;
}
