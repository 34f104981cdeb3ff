import { cliCommand } from '../errors/commands.js';
import { FlamingockError } from '../errors/flamingock.error.js';

/** The application has no channel by which alerts could be delivered. */
export class NoAlertChannelError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_NO_ALERT_CHANNEL';

  constructor() {
    super(
      'This application has no channel for alerts, so that none is kept and none can be delivered. Nothing was done. ' +
        'Import FlamingockAlertsModule.forRoot({ channels }) of @nestjs-flamingock/alerts in its root module.',
    );
  }
}

/** The outbox has no alert of that id. */
export class UnknownAlertError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_UNKNOWN_ALERT';

  constructor(readonly alertId: string) {
    super(
      `There is no alert ${JSON.stringify(alertId)}. Nothing was done. \`${cliCommand('alerts list')}\` lists all that are kept.`,
    );
  }
}

/** A channel has not delivered a message in its time. */
export class AlertLateError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ALERT_LATE';
  override readonly isTransient = true;

  constructor(
    readonly channel: string,
    timeoutMs: number,
  ) {
    super(
      `Channel "${channel}" has not delivered an alert within ${timeoutMs} ms (timeoutMs of FlamingockAlertsModule). ` +
        `\`${cliCommand('alerts list')}\` shows how far its delivery is.`,
    );
  }
}
