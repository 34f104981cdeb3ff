import type { LockRecord } from '../lock/lock-store.js';
import type { AuditEntry } from './audit-entry.js';
import type { AuditHead } from './audit-head.js';
import { GENESIS_HASH, isSequenceNumber } from './chain.js';
import { identityFault, type ChainFault } from './chain-walk.js';

/** What is wrong with the head above `tail`, the last entry, if anything. */
export function headFault(tail: AuditEntry | undefined, head: AuditHead | undefined): ChainFault | undefined {
  if (!head) return tail && at(tail, 'has no head above it: the head of the history is missing');
  if (!isWritten(head)) return at(tail, 'is under a head that was edited: no run has written it so');
  if (!tail) return undefined;
  if (head.seq < tail.seq) return at(tail, `is beyond the head, which names entry ${head.seq}`);
  return identityFault(tail, head, 'the head of the history');
}

/** What is wrong with the head's token: the lock has given out every one that a head can have. */
export function tokenFault(
  tail: AuditEntry | undefined,
  { token }: AuditHead,
  lock: Pick<LockRecord, 'token'> | undefined,
): ChainFault | undefined {
  const given = lock?.token ?? 0;
  if (token <= given) return undefined;
  return at(tail, `is under a head of token ${token}, though the lock has given out no more than ${given}`);
}

/** A fault that lies above `tail`. */
export function at(tail: AuditEntry | undefined, fault: string): ChainFault {
  return tail ? { seq: tail.seq, changeId: tail.changeId, fault } : { seq: 0, fault };
}

function isWritten({ token, seq, hash }: AuditHead): boolean {
  if (!Number.isSafeInteger(token) || typeof hash !== 'string') return false;
  return seq === 0 ? hash === GENESIS_HASH : isSequenceNumber(seq) && /^[0-9a-f]{64}$/.test(hash);
}
