import { contract, type ContractCase } from './contract-case.js';
import type { PartialBackend, SharedBackend, TargetBackend } from './target-backend.js';
import { RECORD_TRANSACTION_CHECKS } from './record-transaction.checks.js';
import { SHARED_TRANSACTION_CHECKS } from './shared-transaction.checks.js';
import { TARGET_END_CHECKS } from './target-end.checks.js';
import { TARGET_FENCE_CHECKS } from './target-fence.checks.js';
import { TARGET_GROUP_CHECKS, type GroupBackend } from './target-group.checks.js';
import { TARGET_MARKER_CHECKS } from './target-marker.checks.js';
import { TARGET_PARTIAL_CHECKS } from './target-partial.checks.js';
import { TARGET_PREPARE_CHECKS } from './target-prepare.checks.js';
import { TARGET_RUN_CHECKS } from './target-run.checks.js';
import { TARGET_TRANSACTION_CHECKS } from './target-transaction.checks.js';

/** Every promise of `TransactionalTargetSystem` and its `MarkerStore`. */
export function transactionalTargetContract(open: () => Promise<TargetBackend>): ContractCase[] {
  return [
    ...contract(open, TARGET_PREPARE_CHECKS),
    ...contract(() => prepared(open), {
      ...TARGET_RUN_CHECKS,
      ...TARGET_TRANSACTION_CHECKS,
      ...TARGET_END_CHECKS,
      ...TARGET_MARKER_CHECKS,
      ...TARGET_FENCE_CHECKS,
    }),
  ];
}

/** What a target promises besides that may keep part of a change whose commit failed. */
export function partialEffectContract(open: () => Promise<PartialBackend>): ContractCase[] {
  return contract(() => prepared(open), TARGET_PARTIAL_CHECKS);
}

/** What a target system promises whose changes can share a commit. */
export function transactionGroupContract(open: () => Promise<GroupBackend>): ContractCase[] {
  return contract(async () => {
    const backend = await open();
    await backend.audit.prepare();
    return backend;
  }, TARGET_GROUP_CHECKS);
}

/** What a target system and an audit store promise together when they have the same resource. */
export function sharedTransactionContract(open: () => Promise<SharedBackend>): ContractCase[] {
  return contract(
    async () => {
      const backend = await open();
      await backend.audit.prepare();
      return backend;
    },
    { ...SHARED_TRANSACTION_CHECKS, ...RECORD_TRANSACTION_CHECKS },
  );
}

async function prepared<B extends TargetBackend>(open: () => Promise<B>): Promise<B> {
  const backend = await open();
  await backend.target.markers.prepare();
  return backend;
}
