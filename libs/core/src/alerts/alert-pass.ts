import { millisecondsOf } from '../audit/store-time.js';
import { decisionsAbout } from '../decisions/decisions-about.js';
import { DecisionLedger } from '../decisions/decision-ledger.js';
import { LedgerTamperedError } from '../decisions/decision.errors.js';
import { workOn } from '../decisions/issue-work.js';
import { historyOf } from '../operations/audit-list.js';
import type { Engine } from '../run/engine.js';
import { alertId, type AlertCause } from './alert.js';
import type { AlertSettings } from './alert-channel.js';
import { AlertDelivery, type DeliveryReport } from './alert-delivery.js';
import { isOver } from './alert-end.js';
import type { AlertFact } from './alert-facts.js';
import { AlertOutbox, type KeptAlert } from './alert-outbox.js';
import { findCauses, type Standing } from './find-causes.js';
import { learnedCauses } from './learned-causes.js';
import type { StoredAlert } from './stored-alert.js';

/** How long an alert is kept after it is over, in milliseconds: 30 days. */
const KEPT_MS = 30 * 86_400_000;

/**
 * Keeps what is wrong in the outbox, marks what is not any more, and delivers what is due.
 *
 * @param facts What this process has learned since its last pass.
 * @throws AuditStoreUnavailableError; a channel that fails is in the report.
 */
export async function alertPass(
  engine: Engine,
  settings: AlertSettings,
  facts: readonly AlertFact[],
  signal: AbortSignal,
): Promise<DeliveryReport> {
  const pass = new AlertPass(engine, settings, facts, await storeClock(engine));
  await pass.note();
  return pass.deliver(signal);
}

/** The store's time, which goes on with the clock of this process. */
export async function storeClock({
  store,
  runtime,
}: Pick<Engine, 'store' | 'runtime'>): Promise<() => number> {
  const now = await store.now();
  const at = runtime.monotonicMs();
  return () => now + Math.round(runtime.monotonicMs() - at);
}

class AlertPass {
  private readonly outbox: AlertOutbox;
  /** What is wrong, by the id of its alert. */
  private readonly causes = new Map<string, AlertCause>();

  constructor(
    private readonly engine: Engine,
    private readonly settings: AlertSettings,
    private readonly facts: readonly AlertFact[],
    private readonly now: () => number,
  ) {
    this.outbox = new AlertOutbox(engine.store, engine.pipeline.service);
  }

  /** Brings the outbox up to date with what is wrong. */
  async note(): Promise<void> {
    const standing = await findCauses(this.engine);
    for (const cause of [...standing.causes, ...learnedCauses(this.facts, standing)])
      this.causes.set(alertId(this.outbox.service, cause), cause);
    const kept = new Map<string, StoredAlert>();
    for await (const { id, alert } of this.outbox.read()) kept.set(id, alert);
    for (const [id, cause] of this.causes) if (!kept.has(id)) await this.outbox.open(cause, this.now());
    for (const [id, alert] of kept) await this.review({ id, alert }, standing);
  }

  deliver(signal: AbortSignal): Promise<DeliveryReport> {
    const { engine, settings, outbox, causes, now } = this;
    return new AlertDelivery({ outbox, settings, causes, runtime: engine.runtime, now }).deliver(signal);
  }

  private async review({ id, alert }: KeptAlert, standing: Standing): Promise<void> {
    if (alert.resolvedAt !== undefined || alert.kind === 'take-over') return this.forget(id, alert);
    const changes = this.engine.pipeline.stages.flatMap((stage) => stage.changes);
    if (isOver(alert, standing, this.facts, changes))
      await this.outbox.update(id, (open) =>
        open.resolvedAt === undefined ? { ...open, resolvedAt: this.now() } : undefined,
      );
    else await this.remind(id, alert);
  }

  /** The cause of an alert that is over does not come back: it is about an entry, a digest or a moment. */
  private async forget(id: string, { resolvedAt, openedAt }: StoredAlert): Promise<void> {
    if (this.now() - (resolvedAt ?? openedAt) > KEPT_MS) await this.outbox.remove(id);
  }

  private async remind(id: string, alert: StoredAlert): Promise<void> {
    if (alert.kind !== 'issue') return;
    const age = this.now() - alert.openedAt;
    const due = this.settings.remindAfterMs.filter((ms) => age >= ms).length;
    if (due <= alert.reminders || (await this.isSnoozed(alert.subject))) return;
    await this.outbox.update(id, (open) => (open.reminders < due ? { ...open, reminders: due } : undefined));
  }

  private async isSnoozed(changeId: string): Promise<boolean> {
    const ledger = new DecisionLedger(this.engine.store, this.outbox.service);
    const decisions = await decisionsAbout(ledger, changeId).catch((error: unknown) => {
      // What cannot be trusted keeps nobody from being reminded.
      if (error instanceof LedgerTamperedError) return [];
      throw error;
    });
    if (!decisions.some(({ kind }) => kind === 'snooze')) return false;
    const { snoozedUntil } = workOn(await historyOf(this.engine, changeId), decisions);
    return snoozedUntil !== undefined && millisecondsOf(snoozedUntil) > this.now();
  }
}
