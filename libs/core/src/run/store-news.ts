import { errorText } from '../errors/error-text.js';
import type { StoreNews } from '../lock/patient-wait.js';
import type { EventPublisher } from '../reporting/event-publisher.js';
import type { RunEvent } from '../reporting/flamingock.events.js';

/** Publishes that the audit store is away while a run waits, and that it is back. */
export function storeNews(events: EventPublisher, about: RunEvent): StoreNews {
  return {
    away: (error) => events.publish('run.store-away', { ...about, error: errorText(error) }),
    back: () => events.publish('run.store-back', about),
  };
}
