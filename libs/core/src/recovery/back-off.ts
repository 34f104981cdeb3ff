import type { AuditEntry } from '../audit/audit-entry.js';
import { millisecondsOf } from '../audit/store-time.js';
import { readMetadata, writeMetadata } from '../audit/entry-metadata.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isOtherCode } from '../change/fingerprint.js';
import { growingPause } from '../runtime/growing-pause.js';
import type { Runtime } from '../runtime/runtime.js';
import type { LastEntry } from './recovery-decision.js';

/** Pauses between starts that `@Recovery` does not set, in milliseconds. */
const PAUSES = { initialMs: 1_000, maxMs: 300_000 } as const;

/** A change that has failed before, and that its author lets starts try again. */
export interface Tried {
  /** How many runs in a row have executed it without success. */
  readonly times: number;
  /** True once its author wants it to be tried no more. */
  readonly isLast: boolean;
  /** Store time from which on it may be tried again, in milliseconds since 1970. */
  readonly notBefore: number;
}

type Retried = Pick<ChangeDescriptor, 'recovery' | 'recoveryRetry' | 'source'>;

/** What an entry tells of the tries of its change. `createdAt`: when it was written, by the store's clock. */
export type TriedEntry = LastEntry & Partial<Pick<AuditEntry, 'createdAt'>>;

/**
 * How often runs have tried a change in vain, as its last entry has it; `undefined` where nothing is counted. What
 * settles a change, an operator's finding and an edit of its code begin anew.
 */
export function triedOf(change: Retried, entry: TriedEntry): Tried | undefined {
  const { metadata = {}, createdAt, operation, txStrategy, state, recoveryStrategy } = entry;
  const { tries, backOffMs } = readMetadata({ metadata });
  if (tries === undefined || operation === 'UNDO' || !backsOff(change, txStrategy)) return undefined;
  const isMeant = state === 'ROLLED_BACK' ? change.recoveryRetry !== undefined : true;
  if (!isMeant || recoveryStrategy !== RecoveryStrategy.ALWAYS_RETRY) return undefined;
  if (isOtherCode({ metadata }, change.source)) return undefined;
  const { attempts = Infinity } = change.recoveryRetry ?? {};
  const since = createdAt === undefined ? 0 : millisecondsOf(createdAt);
  const times = Number(tries);
  return { times, isLast: times >= attempts, notBefore: since + Number(backOffMs ?? 0) };
}

/** Metadata of the entries of one more try: which one it is, and how long starts leave the change alone after each of them. */
export function nextTry(
  change: Retried,
  entry: TriedEntry | undefined,
  txStrategy: TxStrategy,
  runtime: Pick<Runtime, 'random'>,
): AuditEntry['metadata'] {
  if (!backsOff(change, txStrategy)) return {};
  const { initialMs = PAUSES.initialMs, maxMs = Math.max(initialMs, PAUSES.maxMs) } =
    change.recoveryRetry ?? {};
  const before = entry && triedOf(change, entry);
  const lastMs = Math.max(
    initialMs,
    Number((before && readMetadata({ metadata: entry.metadata ?? {} }).backOffMs) ?? 0),
  );
  return writeMetadata({
    tries: String((before?.times ?? 0) + 1),
    backOffMs: String(growingPause(lastMs, { initialMs, maxMs }, runtime)),
  });
}

/** The tries that an entry counts, as metadata of another entry about the same execution. */
export function triesOf(entry: Pick<AuditEntry, 'metadata'>): AuditEntry['metadata'] {
  const { tries, backOffMs } = readMetadata(entry);
  return tries === undefined ? {} : writeMetadata({ tries, backOffMs: backOffMs ?? '0' });
}

/** One that a transaction protects is tried at every start, unless its author has asked for pauses. */
function backsOff({ recovery, recoveryRetry }: Retried, txStrategy: TxStrategy): boolean {
  return (
    recovery === RecoveryStrategy.ALWAYS_RETRY && (txStrategy === 'NON_TX' || recoveryRetry !== undefined)
  );
}
