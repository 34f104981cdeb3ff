import { readSnapshot, type AuditSnapshot } from '../audit/audit-snapshot.js';
import { isApplied } from '../audit/audit-state.js';
import { writeMetadata } from '../audit/entry-metadata.js';
import { isTakenBack } from '../audit/legacy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { fingerprinted } from '../change/fingerprint.js';
import { cliCommand } from '../errors/commands.js';
import { nearMatches } from '../errors/near-matches.js';
import { subjectOf, txStrategyOf } from '../executor/change-executor.js';
import { BaselineRefusedError } from '../plan/import.errors.js';
import { entryOf } from '../plan/replaced.js';
import type { Engine } from '../run/engine.js';
import type { ExclusiveSession } from '../run/exclusive-session.js';
import { exclusively } from './exclusively.js';
import { operatorMetadata, operatorOf, type Operation, type OperationContext } from './operation-context.js';
import { InvalidRequestError, UnknownChangeError } from './operation.errors.js';

/** Up to where the target systems have everything. */
export interface BaselineRequest {
  /** Id of the last change that is applied, in the order of the pipeline. */
  readonly to: string;
}

/** What was marked as applied. */
export interface BaselineResult {
  readonly to: string;
  /** Ids of the changes that were recorded, in pipeline order; none where all were before. */
  readonly changeIds: readonly string[];
}

/** What the tool is called that an entry of a baseline names. */
const BASELINE = 'baseline';

/**
 * Tells which changes a baseline would mark as applied. Takes no lock and writes nothing.
 *
 * @throws UnknownChangeError, BaselineRefusedError
 */
export async function previewBaseline(engine: Engine, { to }: BaselineRequest): Promise<BaselineResult> {
  const snapshot = await readSnapshot(engine.store, engine.pipeline.service);
  return { to, changeIds: baselineOf(engine, to, snapshot).map(({ id }) => id) };
}

/**
 * Marks every change up to one as applied, because a person vouches that the target systems have all of them. For a
 * service that has no history of these changes.
 *
 * @throws InvalidRequestError where nobody vouches, or without a reason; UnknownChangeError for an id that the code does
 * not have; BaselineRefusedError with every change that has a history; LockTimeoutError with who holds the lock.
 */
export async function baseline(
  engine: Engine,
  { to }: BaselineRequest,
  operation: Operation,
): Promise<BaselineResult> {
  assertVouched(operation);
  const before = await previewBaseline(engine, { to });
  if (before.changeIds.length === 0) return before;
  const changeIds = await exclusively(engine, operation, (session) => mark(engine, to, operation, session));
  const { service } = engine.pipeline;
  const event = { service, tool: BASELINE, recorded: changeIds.length, ...operatorOf(operation) };
  if (changeIds.length > 0) engine.events.publish('import.recorded', event);
  return { to, changeIds };
}

async function mark(
  engine: Engine,
  to: string,
  operation: Operation,
  { journal, snapshot }: ExclusiveSession,
): Promise<string[]> {
  const changes = baselineOf(engine, to, snapshot);
  if (changes.length === 0) return [];
  const told = { ...operatorMetadata(operation), ...writeMetadata({ tool: BASELINE }) };
  const at = journal.now();
  await journal.appendAll(
    changes.map((change) => {
      const metadata = { ...told, ...fingerprinted(change.source) };
      const fact = { state: 'MANUAL_MARKED_AS_EXECUTED', operation: 'IMPORT', at, metadata } as const;
      return { subject: subjectOf(change, txStrategyOf(change, engine.store)), fact };
    }),
  );
  return changes.map(({ id }) => id);
}

/** The changes to mark; none where all are applied. @throws UnknownChangeError, BaselineRefusedError */
function baselineOf(
  { pipeline: { service, stages } }: Engine,
  to: string,
  snapshot: AuditSnapshot,
): readonly ChangeDescriptor[] {
  const all = stages.flatMap(({ changes }) => changes);
  const last = all.findIndex(({ id }) => id === to);
  if (last < 0) {
    const ids = all.map(({ id }) => id);
    throw new UnknownChangeError(to, nearMatches(to, ids));
  }
  const changes = all.slice(0, last + 1);
  const recorded = changes.flatMap((change) => {
    const entry = entryOf(change, snapshot);
    return entry && !isTakenBack(entry) ? [{ id: change.id, entry }] : [];
  });
  if (recorded.length === changes.length && recorded.every(({ entry }) => isApplied(entry.state))) return [];
  const refusals = recorded.map(
    ({ id, entry }) =>
      `"${id}" has a history: its state is ${entry.state}, by entry ${entry.seq}. A baseline is for a service that ` +
      `has none; see what the next run would do: ${cliCommand('plan')}`,
  );
  if (refusals.length > 0) throw new BaselineRefusedError(service, to, refusals);
  return changes;
}

/** @throws InvalidRequestError */
function assertVouched({ actor, reason }: OperationContext): void {
  const faults = Object.entries({ actor, reason })
    .filter(([, value]) => value === undefined)
    .map(([field]) => ({
      field,
      problem: 'is needed: a baseline rests on nothing but who vouches for it, and why',
    }));
  if (faults.length > 0) throw new InvalidRequestError(faults);
}
