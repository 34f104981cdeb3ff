import type { AuditStore } from '../audit/audit-store.js';
import type { TxStrategy } from '../audit/tx-strategy.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { isTransactional, type MarkerStore, type TargetSystem } from '../target-system/target-system.js';
import { ChangeScope, insideChange } from '../lock/change-scope.js';
import type { RunResources } from './change-caller.js';
import { txStrategyOf, type ChangeExecutor, type ChangeOutcome } from './change-executor.js';
import type { ChangeCall } from './change-call.js';
import { GroupExecutor, type GroupOutcome } from './group-executor.js';
import { NonTxExecutor } from './non-tx.executor.js';
import { targetsWithMarkers } from './separate-targets.js';
import { SeparateTxExecutor } from './separate-tx.executor.js';
import { SharedTxExecutor } from './shared-tx.executor.js';
import { TargetClaims } from './target-claims.js';

/** Gives each change to the executor of its transaction strategy, for the length of one run. */
export class Executors implements ChangeExecutor {
  private readonly byStrategy: Readonly<Record<TxStrategy, ChangeExecutor>>;
  /** Target systems whose markers are ready, with the changes whose markers may go. */
  private readonly marked = new Map<TargetSystem, { markers: MarkerStore; superseded: Set<string> }>();

  private readonly claims: TargetClaims;
  private readonly groups: GroupExecutor;
  /** Those of the changes that were executed last. */
  private scopes: { readonly change: ChangeDescriptor; readonly scope: ChangeScope }[] = [];

  constructor(
    private readonly run: RunResources,
    private readonly store: AuditStore,
  ) {
    this.claims = new TargetClaims(run);
    this.groups = new GroupExecutor(run, store, (change, work) => this.inChange(change, 'EXECUTE', work));
    this.byStrategy = {
      NON_TX: new NonTxExecutor(run, store),
      TX_SHARED: new SharedTxExecutor(run, store),
      TX_SEPARATE: new SeparateTxExecutor(run),
    };
  }

  /** Those of the changes that were executed last that have begun: their start is recorded, or their method was called. */
  get begun(): readonly ChangeDescriptor[] {
    return this.scopes.filter(({ scope }) => scope.hasBegun).map(({ change }) => change);
  }

  execute(change: ChangeDescriptor, call?: ChangeCall, next?: ChangeDescriptor): Promise<ChangeOutcome> {
    const strategy = txStrategyOf(change, this.store);
    this.scopes = [];
    const work = async (): Promise<ChangeOutcome> => {
      if (strategy === 'TX_SEPARATE') {
        await this.prepareMarkers(change);
        // Its marker is about to be one of this run.
        this.marked.get(change.target)?.superseded.delete(change.id);
      }
      return this.byStrategy[strategy].execute(change, call, next);
    };
    return this.inChange(change, call?.operation ?? 'EXECUTE', work);
  }

  /**
   * Runs the first of `changes`, which have to be able to share a commit, and as many more as fit.
   *
   * @throws as {@link execute} does.
   */
  executeGroup(
    changes: readonly [ChangeDescriptor, ...ChangeDescriptor[]],
    begin: (change: ChangeDescriptor) => void,
  ): Promise<GroupOutcome> {
    this.scopes = [];
    return this.groups.execute(changes, begin);
  }

  private inChange<T extends object>(
    change: ChangeDescriptor,
    operation: ChangeCall['operation'],
    work: () => Promise<T>,
  ): Promise<T> {
    const { activity, lease } = this.run;
    const { id: changeId, stage, target } = change;
    const { id: targetSystem, databaseSystem } = target;
    const observed = { changeId, stage, operation, targetSystem, ...(databaseSystem && { databaseSystem }) };
    const scope = new ChangeScope(change.id, this.store, lease, (what) =>
      activity.leftBehind(change.id, what),
    );
    this.scopes.push({ change, scope });
    return activity.watch(changeId, () => activity.observed(observed, () => insideChange(scope, work)));
  }

  /** Makes the change's target ready to write and read markers in the name of this run, once per run. */
  async prepareMarkers({ target }: ChangeDescriptor): Promise<void> {
    if (!isTransactional(target) || this.marked.has(target)) return;
    const claiming = (): Promise<readonly string[]> => this.claims.claim(target);
    const claimed = await this.run.activity.during(`target system "${target.id}"`, claiming);
    const superseded = new Set(claimed);
    this.marked.set(target, { markers: target.markers, superseded });
  }

  /** @throws LostWritesError where target systems of these changes and the audit store do not agree. */
  assertNothingLost(changes: readonly ChangeDescriptor[]): Promise<void> {
    return this.claims.assertNothingLost(targetsWithMarkers(changes, this.store));
  }

  /**
   * Clears the markers of the runs before this one, which history and the claims of this run have made
   * superfluous. Those of this run stay: if the audit store loses the entries that say how its
   * changes ended, they are what tells. One that stays for ever is harmless: it names its own
   * execution, and no later one is taken for it.
   */
  async clearMarkers(): Promise<void> {
    const { lease } = this.run;
    for (const { markers, superseded } of this.marked.values()) {
      if (superseded.size > 0) await markers.clear(lease.hold, [...superseded]);
    }
  }
}
