import { hash } from 'node:crypto';
import type { AuditEntry } from '../audit/audit-entry.js';
import type { ChangeSource } from '../change/fingerprint.js';
import { ConfirmationStaleError } from './operation.errors.js';

/** Hexadecimal digits of a digest. It keeps from doing by accident what nobody has read, and is no secret. */
const DIGITS = 16;

/** One change that an operation is about, as it is now. */
export interface SubjectNow {
  readonly changeId: string;
  /** Its last entry, whose hash stands for all that was recorded before. */
  readonly entry: AuditEntry | undefined;
  /** The code that is called, where any is. */
  readonly source?: ChangeSource | undefined;
}

/**
 * Digest of what an operation would do now: the same for whoever asks, and another one once anything is recorded
 * about one of these changes, or their code is another.
 *
 * @param resolution How the changes end.
 */
export function digestOf(service: string, resolution: string, subjects: readonly SubjectNow[]): string {
  const facts = subjects.map(({ changeId, entry, source }) => [
    changeId,
    entry?.hash ?? '',
    source?.code ?? '',
  ]);
  return hash('sha256', JSON.stringify([service, resolution, facts])).slice(0, DIGITS);
}

/**
 * Sees to it that what was confirmed is what is about to be done.
 *
 * @param confirm What the caller confirms; `undefined`: whatever it is.
 * @param what As a sentence begins: `The undo`.
 * @throws ConfirmationStaleError
 */
export function assertConfirmed(
  confirm: string | undefined,
  digest: string,
  what: string,
  look: string,
): void {
  if (confirm !== undefined && confirm !== digest)
    throw new ConfirmationStaleError(what, confirm, digest, look);
}
