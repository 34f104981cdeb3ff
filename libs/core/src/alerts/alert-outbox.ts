import type { AuditStore } from '../audit/audit-store.js';
import type { RecordKey, StoredRecord } from '../records/record-store.js';
import { alertId, type AlertCause } from './alert.js';
import { isStoredAlert, type StoredAlert } from './stored-alert.js';

/** What alerts are kept under: the id of the alert is the key. */
const ALERT = 'alert';
/** Alerts that one query reads. */
const PAGE = 100;

/** An alert with the id under which it is kept. */
export interface KeptAlert {
  readonly id: string;
  readonly alert: StoredAlert;
}

/**
 * The alerts of a service, as records beside its history. An alert is created only where there is none of its id, and
 * replaced only as it was read, so that of several instances exactly one does either.
 */
export class AlertOutbox {
  constructor(
    private readonly store: Pick<AuditStore, 'records' | 'prepare'>,
    readonly service: string,
  ) {}

  /** Every alert that can be read, in the order of ids, page by page. */
  async *read(): AsyncGenerator<KeptAlert, void, undefined> {
    for (let after = ''; ;) {
      const bounds = { limit: PAGE, ...(after !== '' && { after }) };
      const page = await this.store.records.list(this.service, ALERT, bounds);
      for (const record of page) {
        const alert = this.alertIn(record);
        if (alert) yield { id: record.key, alert };
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.key ?? '';
    }
  }

  /** Keeps an alert about this cause, unless there is one. One that somebody has made unreadable counts as none. */
  async open(cause: AlertCause, now: number): Promise<void> {
    const { records } = this.store;
    const alert: StoredAlert = { ...cause, openedAt: now, reminders: 0, deliveries: {} };
    const record = { ...this.keyOf(alertId(this.service, cause)), value: JSON.stringify(alert) };
    await this.store.prepare();
    if (await records.write(record, { ifVersion: 0 })) return;
    const found = await records.read(record);
    if (found && !this.alertIn(found)) await records.write(record, { ifVersion: found.version });
  }

  /**
   * Replaces an alert by what `change` makes of it, which is asked again whenever another instance was faster.
   *
   * @param change Returns `undefined` where nothing is to be changed.
   * @returns the alert as it is then; `undefined` where nothing was changed, or there is none.
   */
  async update(
    id: string,
    change: (alert: StoredAlert) => StoredAlert | undefined,
  ): Promise<StoredAlert | undefined> {
    const key = this.keyOf(id);
    for (;;) {
      const record = await this.store.records.read(key);
      const alert = record && this.alertIn(record);
      const changed = alert && change(alert);
      if (!changed) return undefined;
      const value = JSON.stringify(changed);
      if (await this.store.records.write({ ...key, value }, { ifVersion: record.version })) return changed;
    }
  }

  /** Forgets an alert, unless another instance has just written it. */
  async remove(id: string): Promise<void> {
    const key = this.keyOf(id);
    const record = await this.store.records.read(key);
    if (record) await this.store.records.remove(key, { ifVersion: record.version });
  }

  private keyOf(id: string): RecordKey {
    return { service: this.service, kind: ALERT, key: id };
  }
  /** `undefined` where it is not as this library writes one, or stands under another id than its own. */
  private alertIn({ key, value }: StoredRecord): StoredAlert | undefined {
    const alert = parsed(value);
    return isStoredAlert(alert) && alertId(this.service, alert) === key ? alert : undefined;
  }
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
