import { FlamingockError } from '@nestjs-flamingock/core';
import { cliCommand } from '@nestjs-flamingock/core/adapter';

/** The options of `FlamingockAlertsModule` make no sense; every fault at once. */
export class InvalidAlertOptionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_INVALID_ALERT_OPTIONS';

  constructor(readonly faults: readonly string[]) {
    super(
      `FlamingockAlertsModule is not configured correctly. Nothing was run.\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.hide('faults');
    this.dropFrames();
  }
}

/** A receiver has not taken an alert. Neither its answer nor the error behind this one is kept: they may repeat secrets. */
export class AlertNotDeliveredError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_ALERT_NOT_DELIVERED';
  override readonly isTransient = true;

  constructor(
    readonly channel: string,
    why: string,
    /** Milliseconds that the receiver has asked to be left alone; 0: it has not. */
    readonly retryAfterMs = 0,
  ) {
    super(
      `Channel "${channel}" has not delivered an alert: ${why}. ` +
        `\`${cliCommand('alerts list')}\` shows how far its delivery is.`,
    );
    this.hide('retryAfterMs');
  }
}
