import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import { createSnapshot } from '../audit/audit-snapshot.js';
import { reachStore } from '../audit/reach.js';
import type { Engine } from '../run/engine.js';
import type { Pipeline } from '../plan/pipeline.js';
import { nearMatches } from '../errors/near-matches.js';
import { UnknownChangeError } from './operation.errors.js';

/** The last entry of each change, read without the lock. */
export async function readSnapshot({ pipeline, store }: Engine): Promise<AuditSnapshot> {
  return createSnapshot(await reachStore(pipeline.service, () => store.readSnapshot(pipeline.service)));
}

/** @throws UnknownChangeError when neither code nor history knows the id. */
export function assertKnown(changeId: string, { stages }: Pipeline, snapshot: AuditSnapshot): void {
  const inCode = stages.flatMap(({ changes }) => changes.map(({ id }) => id));
  const known = new Set([...inCode, ...snapshot.keys()]);
  if (!known.has(changeId)) throw new UnknownChangeError(changeId, nearMatches(changeId, [...known]));
}
