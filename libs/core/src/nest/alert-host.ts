import { Inject, Injectable, Logger } from '@nestjs/common';
import type { AlertSettings } from '../alerts/alert-channel.js';
import type { AlertAttempt, DeliveryReport } from '../alerts/alert-delivery.js';
import type { AlertFact } from '../alerts/alert-facts.js';
import { alertPass } from '../alerts/alert-pass.js';
import { NoAlertChannelError } from '../alerts/alert.errors.js';
import { errorText } from '../errors/error-text.js';
import { FlamingockEvents } from '../reporting/event-publisher.js';
import type { Runtime } from '../runtime/runtime.js';
import { RunAbortedError } from '../run/run.errors.js';
import { inTimeOr } from '../runtime/within-time.js';
import { EngineHost } from './engine-host.js';
import { FLAMINGOCK_RUNTIME } from './flamingock.constants.js';
import { InvalidOptionsError } from './nest.errors.js';

/** Longest time, in milliseconds, that the end of an application waits for alerts that are on their way. */
const CLOSING_MS = 5_000;
/** What is kept in mind while the audit store cannot be used: the newest so many. */
const MOST_FACTS = 100;

/**
 * Has alerts kept and delivered: after each run, when something was decided or resolved, and now and then while the
 * process lives. As long as it has no channel it does nothing.
 */
@Injectable()
export class AlertHost {
  private readonly logger = new Logger('Flamingock');
  private readonly stopping = new AbortController();
  private settings: AlertSettings | undefined;
  private facts: AlertFact[] = [];
  private pass: Promise<DeliveryReport> | undefined;
  private next: Promise<DeliveryReport> | undefined;
  private callOffTimer: (() => void) | undefined;
  private lastFailure = '';

  constructor(
    private readonly host: EngineHost,
    private readonly events: FlamingockEvents,
    @Inject(FLAMINGOCK_RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** @throws InvalidOptionsError where it has settings already. */
  use(settings: AlertSettings): void {
    if (this.settings)
      throw new InvalidOptionsError([
        'alerts are set up twice: import FlamingockAlertsModule once, with every channel',
      ]);
    this.settings = settings;
    const { events } = this;
    events.on('run.started', () => this.keepLooking());
    events.on('run.failed', ({ error, report }) => this.learn({ what: 'failed', error, report }));
    events.on('run.completed', ({ report }) => this.learn({ what: 'completed', report }));
    events.on('run.took-over', (event) => this.learn({ what: 'took-over', event }));
    events.on('run.awaiting', () => this.soon());
    events.on('issue.resolved', () => this.soon());
    events.on('decision.recorded', () => this.soon());
    events.on('circuit.closed', ({ actor }) => {
      // One that a run has closed is looked at after the run.
      if (actor) this.soon();
    });
  }

  /** Keeps something in mind for the next pass, which follows at once. Never throws, never waits. */
  note(fact: AlertFact): void {
    if (!this.settings) return;
    this.learn(fact);
    this.soon();
  }

  /**
   * Brings the outbox up to date and delivers what is due, whatever goes on already.
   *
   * @throws NoAlertChannelError; AuditStoreUnavailableError; RunAbortedError once the application is closing.
   */
  deliver(): Promise<DeliveryReport> {
    const { settings } = this;
    if (!settings || settings.channels.length === 0) return Promise.reject(new NoAlertChannelError());
    if (!this.pass) return this.begin(settings);
    // What goes on may have looked too early.
    this.next ??= this.pass
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.begin(settings);
      });
    return this.next;
  }

  /**
   * After a run: one that has failed waits for its alerts for a while, since its process is about to end.
   *
   * @param error What it failed of, unless it was completed.
   */
  async runEnded(error?: unknown): Promise<void> {
    if (!this.settings) return;
    this.soon();
    const isWanted = error === undefined || error instanceof RunAbortedError;
    if (!isWanted) await this.settledWithin(this.settings.afterFailureMs);
  }

  /** Lets what is on its way end, for a short time, and begins nothing more. */
  async stop(): Promise<void> {
    if (this.settings) await this.settledWithin(CLOSING_MS);
    this.stopping.abort();
    this.callOffTimer?.();
    // What was broken off still notes that it was, and must be done before its connections are closed.
    await this.settledWithin(CLOSING_MS);
  }

  private learn(fact: AlertFact): void {
    this.facts = [...this.facts, fact].slice(-MOST_FACTS);
  }

  private soon(): void {
    if (!this.settings?.channels.length || this.stopping.signal.aborted) return;
    void this.deliver().catch(() => undefined);
  }

  private begin(settings: AlertSettings): Promise<DeliveryReport> {
    if (this.stopping.signal.aborted)
      return Promise.reject(new RunAbortedError(this.host.options.service, 'the application is closing'));
    const pass = this.look(settings).finally(() => {
      if (this.pass === pass) this.pass = undefined;
    });
    this.pass = pass;
    return pass;
  }

  private async look(settings: AlertSettings): Promise<DeliveryReport> {
    const { facts } = this;
    this.facts = [];
    try {
      const report = await alertPass(await this.host.engine(), settings, facts, this.stopping.signal);
      this.lastFailure = '';
      for (const attempt of report.attempts) this.tell(attempt);
      return report;
    } catch (error) {
      this.facts = [...facts, ...this.facts].slice(-MOST_FACTS);
      this.tellFailure(error);
      throw error;
    }
  }

  private tell({ id, channel, error, isDead }: AlertAttempt): void {
    if (error === undefined) this.logger.debug(`Alert ${id} was delivered by channel "${channel}".`);
    else if (isDead)
      this.logger.error(`Alert ${id} is a dead letter: channel "${channel}" has not delivered it: ${error}`);
    else
      this.logger.warn(`Alert ${id} was not delivered by channel "${channel}" and is tried again: ${error}`);
  }

  /** Once, while it is the same one. */
  private tellFailure(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    const text = errorText(error);
    if (text !== this.lastFailure)
      this.logger.warn(`Alerts could not be looked after; it is tried again: ${text}`);
    this.lastFailure = text;
  }

  private keepLooking(): void {
    if (this.callOffTimer || !this.settings?.channels.length) return;
    const { intervalMs } = this.settings;
    const again = (): void => {
      this.callOffTimer = undefined;
      if (this.stopping.signal.aborted) return;
      this.soon();
      this.keepLooking();
    };
    // Instances that were started together drift apart.
    const ms = intervalMs * (0.5 + this.runtime.random());
    this.callOffTimer = this.runtime.timer(ms, again, 'idle');
  }

  private async settledWithin(ms: number): Promise<void> {
    const settled = async (): Promise<void> => {
      for (let going = this.next ?? this.pass; going; going = this.next ?? this.pass)
        await going.catch(() => undefined);
    };
    await inTimeOr(ms, settled(), (resolve) => resolve(), this.runtime);
  }
}
