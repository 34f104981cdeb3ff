import type { ChangeDescriptor } from '../change/change-descriptor.js';
import { errorText } from '../errors/error-text.js';
import type { RunResources } from '../executor/change-caller.js';
import type { ChangeOutcome } from '../executor/change-executor.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import type { RunEvent } from '../reporting/flamingock.events.js';
import { retryWhilePassing, type FailedAttempt } from './change-retry.js';
import type { Circuits } from './circuits.js';
import type { RetrySettings } from './engine-settings.js';

/** What the attempts of one run work with. */
export interface AttemptsOptions {
  readonly resources: Pick<RunResources, 'runtime' | 'signal'>;
  readonly events: EventPublisher;
  readonly about: RunEvent;
  readonly settings: RetrySettings;
  readonly circuits: Circuits;
  readonly warn: (warning: string) => void;
}

/** Tries changes again within a run, and keeps what their ends tell of their target systems. */
export class ChangeAttempts {
  constructor(private readonly options: AttemptsOptions) {}

  /** Goes on after the first attempt. A probe is not repeated: the next one has its time. */
  async goOn(
    change: ChangeDescriptor,
    first: ChangeOutcome,
    again: (attempt: number, failed: ChangeOutcome) => Promise<ChangeOutcome>,
  ): Promise<ChangeOutcome> {
    const { resources, events, about, circuits, warn } = this.options;
    const settings = circuits.isProbe(change)
      ? { ...this.options.settings, attempts: 1 }
      : this.options.settings;
    let made = 1;
    let failure = '';
    const tell = ({ error, ...facts }: FailedAttempt): void => {
      failure = errorText(error);
      events.publish('change.retried', { ...about, changeId: change.id, error: failure, ...facts });
    };
    const outcome = await retryWhilePassing(
      change,
      first,
      { ...resources, settings, tell },
      (attempt, failed) => {
        made = attempt;
        warn(`attempt ${attempt - 1} of "${change.id}" failed, and it was tried again: ${failure}`);
        return again(attempt, failed);
      },
    );
    await circuits.ended(change, outcome, made);
    return outcome;
  }
}
