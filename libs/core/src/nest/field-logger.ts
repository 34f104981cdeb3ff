import { Logger } from '@nestjs/common';
import type { FlamingockEventName } from '../reporting/flamingock.events.js';

/** Levels of the lines of a run. */
export type Level = 'log' | 'warn' | 'error';

/**
 * Logs lines as texts; where Nest's logger writes JSON, each with the fields that it is made of, for those who search
 * logs and do not read them.
 */
export class FieldLogger {
  private readonly logger = new Logger('Flamingock');

  /**
   * One line about an event. `fields` may have a `text` of its own, shorter where the other fields say the rest.
   */
  tell(
    level: Level,
    event: FlamingockEventName | 'run.warning' | 'start.failed',
    text: string,
    fields: object,
  ): void {
    this.logger[level](writesJson() ? { event, text, ...fields } : text);
  }
}

/** True for Nest's own logger with `json: true`. Any other gets texts, which each can show. */
function writesJson(): boolean {
  const logger: unknown = Reflect.get(Logger, 'staticInstanceRef');
  const options: unknown = typeof logger === 'object' && logger && Reflect.get(logger, 'options');
  return typeof options === 'object' && options !== null && Reflect.get(options, 'json') === true;
}
