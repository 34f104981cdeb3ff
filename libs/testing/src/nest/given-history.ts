import {
  UnknownChangeError,
  type AuditEntry,
  type AuditState,
  type PlanItem,
  type PlanReport,
} from '@nestjs-flamingock/core';
import {
  chainEntries,
  nearMatches,
  type AuditRecord,
  type AuditStore,
  type Runtime,
} from '@nestjs-flamingock/core/adapter';
import { HistoryInUseError } from './flamingock-test.errors.js';

/** States that each change went through, by id, the oldest first. */
export type GivenHistory = Readonly<Record<string, AuditState | readonly AuditState[]>>;

type Subject = Omit<
  AuditRecord,
  keyof Author | 'state' | 'operation' | 'methodName' | 'durationMs' | 'error' | 'metadata'
>;

type Author = Pick<AuditRecord, 'service' | 'executionId' | 'hostname'>;

/** Long enough to write a history; released right after. */
const LEASE_MS = 60_000;

/**
 * Writes `given` at the end of the history that `store` has, as a holder of the lock would.
 *
 * @throws UnknownChangeError when the plan has no such change; HistoryInUseError while
 * another holder has the lock.
 */
export async function writeGiven(
  store: AuditStore,
  runtime: Runtime,
  plan: PlanReport,
  given: GivenHistory,
): Promise<void> {
  const { service } = plan;
  const author = { service, executionId: runtime.uuid(), hostname: runtime.host };
  const [first, ...rest] = recordsOf(plan, given, author);
  if (!first) return;
  await store.prepare();
  const claim = { service, owner: author.executionId, host: runtime.host, pid: runtime.pid };
  const lock = await store.lock.acquire({ ...claim, leaseMs: LEASE_MS });
  if (!lock.acquired) throw new HistoryInUseError(service);
  const { token, storeNow } = lock;
  const hold = { service, token, owner: claim.owner };
  try {
    const head = await store.claimHead(hold);
    const createdAt = new Date(storeNow).toISOString();
    const timed = [first, ...rest].map((record) => ({ record, createdAt }));
    const entries = chainEntries(head, timed) as [AuditEntry, ...AuditEntry[]];
    await store.append({ hold, entries });
  } finally {
    await store.lock.release(hold);
  }
}

function recordsOf({ changes }: PlanReport, given: GivenHistory, author: Author): AuditRecord[] {
  return Object.entries(given).flatMap(([changeId, states]) => {
    const change = changes.find((one) => one.changeId === changeId);
    if (!change) {
      const known = changes.map((one) => one.changeId);
      throw new UnknownChangeError(changeId, nearMatches(changeId, known));
    }
    return [states].flat().map((state) => recordOf(change, state, author));
  });
}

function recordOf(change: PlanItem, state: AuditState, author: Author): AuditRecord {
  const isManual = state.startsWith('MANUAL_');
  const hasFailed = state.endsWith('_FAILED');
  return {
    ...subjectOf(change),
    ...author,
    state,
    operation: isManual ? 'FIX' : 'EXECUTE',
    methodName: isManual ? null : 'execute',
    durationMs: 0,
    error: hasFailed ? `${state} was given by a test` : null,
    metadata: isManual ? { by: 'test' } : claimOf(change),
  };
}

/** None: where nothing ever ran, no target system can miss the claim of a run. */
function claimOf({ txStrategy }: PlanItem): AuditRecord['metadata'] {
  return txStrategy === 'TX_SEPARATE' ? { token: '0' } : {};
}

/** What entries repeat about a change; where the plan does not tell, what is declared by default. */
function subjectOf(
  item: Pick<PlanItem, 'changeId' | 'stage' | 'order' | 'targetSystem'> & Partial<Subject>,
): Subject {
  const { changeId, stage, order, targetSystem, txStrategy = 'NON_TX' } = item;
  return {
    stage,
    changeId,
    order,
    targetSystem,
    txStrategy,
    author: item.author ?? 'test',
    className: item.className ?? changeId,
    transactional: item.transactional ?? txStrategy !== 'NON_TX',
    recoveryStrategy: item.recoveryStrategy ?? 'MANUAL_INTERVENTION',
  };
}
