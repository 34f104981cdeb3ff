import { alertList, alertResend, type AlertListRequest, type AlertSummary } from '../../alerts/alert-list.js';
import type { AlertSettings } from '../../alerts/alert-channel.js';
import type { DeliveryReport } from '../../alerts/alert-delivery.js';
import type { OperationContext } from '../../operations/operation-context.js';
import type { AlertHost } from '../alert-host.js';
import type { EngineHost } from '../engine-host.js';

/** What people are told of trouble: `flamingock.alerts`. */
export class AlertOperations {
  constructor(
    private readonly host: EngineHost,
    private readonly alerts: AlertHost,
  ) {}

  /**
   * The alerts that are kept, the oldest first: those whose cause is there, and those of the last 30 days whose cause
   * is gone. Takes no lock and writes nothing.
   */
  async list(request?: AlertListRequest): Promise<AlertSummary[]> {
    return alertList(await this.host.engine(), request);
  }

  /**
   * Looks for what is wrong, keeps it, and delivers what is due on the channels of the application, as every living
   * instance does by itself. Takes no lock.
   *
   * @throws NoAlertChannelError, InvalidChangesError, AuditStoreUnavailableError
   */
  deliver(): Promise<DeliveryReport> {
    return this.alerts.deliver();
  }

  /**
   * Has every dead letter of an alert tried anew by the next delivery. Takes no lock. Who and why are kept with the
   * alert, and are in the event `alert.resent`.
   *
   * @returns how many there were.
   * @throws UnknownAlertError, InvalidRequestError, AuditStoreUnavailableError
   */
  resend(id: string, context: OperationContext = {}): Promise<number> {
    return this.host.perform(context, (engine, operation) => alertResend(engine, id, operation));
  }

  /**
   * Sets the channels, for a module that brings some: `FlamingockAlertsModule` does. Once, while Nest builds the
   * application.
   *
   * @throws InvalidOptionsError where they are set already.
   */
  use(settings: AlertSettings): void {
    this.alerts.use(settings);
  }
}
