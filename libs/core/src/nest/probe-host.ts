import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { errorText } from '../errors/error-text.js';
import { probeAnswer } from '../probe/probe-answer.js';
import { ProbeServer } from '../probe/probe-server.js';
import { RunMetrics } from '../reporting/run-metrics.js';
import { StartState } from '../reporting/start-state.js';
import type { FlamingockEvents } from '../reporting/event-publisher.js';
import { timeOfDay } from '../runtime/node-runtime.js';
import type { Runtime } from '../runtime/runtime.js';
import type { ProcessRole } from './flamingock-options.js';
import type { ProbeSettings } from './probe-options.js';
import { ProbePortError } from './nest.errors.js';

/** Has the probe of an application: open from its first providers on, closed when it is about to serve, or has ended. */
export class ProbeHost implements OnApplicationShutdown {
  private readonly logger = new Logger('FlamingockProbe');
  private role: ProcessRole | undefined;
  private opened: { readonly server: ProbeServer; readonly state: StartState } | undefined;

  private constructor(private readonly wanted: Required<ProbeSettings> | undefined) {}

  /**
   * Opens the probe if one is wanted. Without one nothing follows the events.
   *
   * @throws ProbePortError where one is required and cannot listen.
   */
  static async open(
    wanted: Required<ProbeSettings> | undefined,
    events: FlamingockEvents,
    runtime: Runtime,
  ): Promise<ProbeHost> {
    const host = new ProbeHost(wanted);
    if (wanted) await host.listen(wanted, events, runtime);
    return host;
  }

  /** The application is about to serve: closes the probe, or has it say so once `http` listens. */
  async aboutToServe(http: HttpAdapterHost): Promise<void> {
    if (!this.opened) return;
    if (!this.wanted?.keepOpen) return this.close();
    const { state } = this.opened;
    const adapter: unknown = http.httpAdapter;
    if (!adapter || http.listening) state.serves();
    else http.listen$.subscribe(() => state.serves());
  }

  /** What the process does about pending changes, once that is known. */
  noteRole(role: ProcessRole): void {
    this.role = role;
  }

  /** What keeps the application from starting. */
  startFailed(error: unknown): void {
    this.opened?.state.startFailed(error);
  }

  /** The application is being closed: nobody should send it anything more. */
  closes(): void {
    this.opened?.state.closes();
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private async listen(
    { host, port, required }: Required<ProbeSettings>,
    events: FlamingockEvents,
    runtime: Runtime,
  ): Promise<void> {
    const state = new StartState(events, runtime);
    const metrics = new RunMetrics(events);
    const answer = (method: string, url: string) => {
      const start = state.report;
      const since = new Date(timeOfDay() - start.forMs).toISOString();
      return probeAnswer(method, url, { start, metrics, since, role: this.role });
    };
    try {
      const server = await ProbeServer.open({ host, port }, answer);
      this.opened = { server, state };
      this.logger.log(`The probe answers at ${urlOf(server)}: /livez, /readyz, /metrics`);
    } catch (cause) {
      if (required) throw new ProbePortError(host, port, cause);
      this.logger.warn(
        `No probe: it cannot listen on port ${port} of ${host} (${errorText(cause)}). The start goes on without it.`,
      );
    }
  }

  private async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    await opened?.server.close();
  }
}

function urlOf({ address: { host, port } }: ProbeServer): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
