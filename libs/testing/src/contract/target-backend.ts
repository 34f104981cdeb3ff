import assert from 'node:assert/strict';
import { FencedError } from '@nestjs-flamingock/core';
import type {
  AuditStore,
  ChangeRun,
  Handles,
  Marker,
  TransactionalTargetSystem,
  TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import { holdOf } from './lock-hold.builder.js';
import type { ContractBackend } from './contract-case.js';

/** A fresh, empty target system, as its contract needs it. */
export interface TargetBackend extends ContractBackend {
  /** Its markers are not prepared yet. */
  readonly target: TransactionalTargetSystem;
  /** The same target system on a connection of its own. */
  readonly second: () => Promise<TransactionalTargetSystem>;
  /** Puts `value` under `key` through handles that the target lent. */
  readonly write: (handles: Handles, key: string, value: string) => Promise<void>;
  /**
   * Puts `value` under `key` as a service of the application does, which is lent nothing. Absent where the target
   * system does not see what services do.
   */
  readonly writeByService?: (key: string, value: string) => Promise<void>;
  /** Tries to write through handles of a transaction, and fails. Absent where the target calls no transaction empty. */
  readonly writeInVain?: (handles: Handles) => Promise<unknown>;
  /**
   * Begins something of which the answer comes later.
   *
   * @default what `write` does
   */
  readonly begin?: (handles: Handles) => Promise<unknown>;
  /** The committed value under `key`, read outside any transaction. */
  readonly read: (key: string) => Promise<string | undefined>;
}

/** A target system that cannot roll back the part that its commit did before it failed. */
export interface PartialBackend extends TargetBackend {
  /** Puts a value under `kept`, then does what fails at the commit, then puts a value under `lost`. */
  readonly writeInPart: (handles: Handles, kept: string, lost: string) => Promise<void>;
}

/** A target system together with an audit store that has the same resource. */
export interface SharedBackend extends TargetBackend {
  /** Not prepared yet; shares the transactions of `target`. */
  readonly audit: AuditStore;
  /** Another audit store on a connection of its own to the same database. */
  readonly secondAudit: () => Promise<AuditStore>;
}

/** One execution of a change: `fields` over plausible values. */
export function changeRun(fields: Partial<ChangeRun> = {}): ChangeRun {
  return {
    service: 'inventory',
    changeId: 'add-category',
    executionId: '00000000-0000-4000-8000-000000000001',
    operation: 'EXECUTE',
    ...fields,
  };
}

/** The check of a run that nothing keeps from going on. */
export function mayGoOn(): void {
  // There is nothing to throw.
}

/** The marker of such an execution by the holder of `token`. */
export function markerOf(token: number, fields: Partial<ChangeRun> = {}): Marker {
  const { owner } = holdOf(token);
  return { ...changeRun(fields), token, owner };
}

/** Asserts that everything took effect. */
export function assertCommitted(outcome: TransactionOutcome): void {
  assert.deepEqual(outcome, { status: 'committed' });
}

/** Asserts that nothing took effect because a later holder has taken over. */
export function assertFencedOff(outcome: TransactionOutcome): void {
  assert.equal(outcome.status, 'rolled-back');
  assert.ok(outcome.error instanceof FencedError, String(outcome.error));
}

/** Runs a transaction that writes `key`; returns how it ended and whether its work was called. */
export async function writeIn(
  { target, write }: Pick<TargetBackend, 'target' | 'write'>,
  key: string,
  marker?: Marker,
): Promise<{ outcome: TransactionOutcome; called: number }> {
  let called = 0;
  const outcome = await target.transaction(
    changeRun(marker),
    async (handles) => {
      called += 1;
      await write(handles, key, `value of ${key}`);
    },
    marker,
  );
  return { outcome, called };
}

/** Failure of a change that a check makes fail. */
export class ChangeFailure extends Error {}

/** A point in a change's work that a check can wait for, and hold. */
export interface Gate {
  readonly open: () => void;
  readonly opened: Promise<void>;
}

/** A closed {@link Gate}. */
export function gate(): Gate {
  let resolve: (() => void) | undefined;
  const opened = new Promise<void>((done) => {
    resolve = done;
  });
  return { open: () => resolve?.(), opened };
}
