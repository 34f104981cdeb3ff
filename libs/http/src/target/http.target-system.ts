import {
  ChangeStatements,
  saysTransient,
  type AdapterHost,
  type ChangeRun,
  type Handles,
  type TargetDiagnosis,
  type TargetSystem,
} from '@nestjs-flamingock/core/adapter';
import { ChangeApi } from '../change/change-api.js';
import { HttpApi } from '../change/http-api.js';
import type { ExchangeContext } from '../connection/http-exchange.js';
import type { HttpTransport } from '../connection/http.transport.js';
import { isLost } from '../connection/lost-connection.js';
import { SecretMask } from '../connection/secret-mask.js';
import { HttpAnswerLostError } from '../http.errors.js';
import type { HttpSettings } from '../http.options.js';
import { askedMs, diagnose } from './diagnose.js';

/** An API by HTTP, whose changes act at once. */
export class HttpTargetSystem implements TargetSystem {
  readonly handleTokens = [HttpApi];
  private readonly context: ExchangeContext;

  constructor(
    readonly id: string,
    transport: HttpTransport,
    settings: HttpSettings,
    private readonly host: AdapterHost,
  ) {
    this.context = { transport, settings, host, mask: new SecretMask(settings.secrets) };
  }

  /** @throws UnawaitedStatementsError where requests were on their way when `work` returned, once they are answered. */
  async run(change: ChangeRun, work: (handles: Handles) => Promise<void>, check: () => void): Promise<void> {
    const statements = new ChangeStatements(change.changeId, check, change.readOnly);
    const seal = (): Promise<void> => statements.sealWithin(this.host, (ms) => this.hanging(ms));
    try {
      await work(new Map([[HttpApi, new ChangeApi(change, this.context, statements)]]));
      await seal();
    } catch (error) {
      // What takes the change back must not race with what is still on its way.
      if (!statements.haveEnded) await seal().catch(() => undefined);
      throw error;
    } finally {
      statements.end();
    }
  }

  /** Each request asks before it is sent. */
  checks(value: object): boolean {
    return value instanceof ChangeApi;
  }

  isTransient(error: unknown): boolean {
    return saysTransient(error) ?? isLost(error);
  }

  retryAfterMs(error: unknown): number | undefined {
    return askedMs(error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(error);
  }

  private hanging(ms: number): Error {
    const { settings, mask } = this.context;
    const request = { method: 'A request to', url: mask.url(settings.baseUrl), isSafe: false };
    return new HttpAnswerLostError(request, `the method has returned, and it had none within ${ms} ms`);
  }
}
