import type { AuditSnapshot } from '../audit/audit-snapshot.js';
import type { Pipeline } from '../plan/pipeline.js';
import { nearMatches } from '../errors/near-matches.js';
import { UnknownChangeError } from './operation.errors.js';

/** @throws UnknownChangeError when neither code nor history knows the id. */
export function assertKnown(changeId: string, { stages }: Pipeline, snapshot: AuditSnapshot): void {
  const inCode = stages.flatMap(({ changes }) => changes.map(({ id }) => id));
  const known = new Set([...inCode, ...snapshot.keys()]);
  if (!known.has(changeId)) throw new UnknownChangeError(changeId, nearMatches(changeId, [...known]));
}
