import { Inject, Injectable } from '@nestjs/common';
import { FlamingockEvents, FlamingockService, type StatusReport } from '@nestjs-flamingock/core';
import { FLAMINGOCK_RUNTIME, SharedAnswer, type Runtime } from '@nestjs-flamingock/core/adapter';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { findingOf, findingOfFailure, findingOfSilence } from './findings.js';
import {
  assertOptions,
  type Finding,
  type FlamingockHealth,
  type FlamingockHealthOptions,
  type KnownVerification,
} from './flamingock-health.js';

/** Milliseconds for which the state of a service, once read, is given again. */
const STATUS_FRESH_MS = 1_000;
/** Milliseconds between two walks through the history. */
const VERIFY_EVERY_MS = 600_000;
const DEFAULT_TIMEOUT_MS = 800;

/**
 * Tells whether the changes of this application are in order. Put it into the providers of the module that imports
 * `TerminusModule`.
 */
@Injectable()
export class FlamingockHealthIndicator {
  private readonly status: SharedAnswer<StatusReport>;
  private readonly verification: SharedAnswer<void>;
  private verified: KnownVerification;
  /** How many changes this process has at work. */
  private atWork = 0;

  constructor(
    private readonly flamingock: FlamingockService,
    events: FlamingockEvents,
    private readonly indicators: HealthIndicatorService,
    @Inject(FLAMINGOCK_RUNTIME) private readonly runtime: Runtime,
  ) {
    this.status = new SharedAnswer(() => flamingock.status(), STATUS_FRESH_MS, runtime);
    this.verification = new SharedAnswer(() => this.walk(), VERIFY_EVERY_MS, runtime);
    events.observe({
      around: (_change, call) => {
        this.atWork += 1;
        return call().finally(() => (this.atWork -= 1));
      },
    });
  }

  /**
   * `up`, or `down` with the reason: a change of this code needs a manual check, the audit store does not answer in
   * time, or, with `verify`, the history was tampered with. Pending changes, another instance that applies some, and
   * changes of another version leave it up. Reads the audit store at most once a second, and writes nothing. Where
   * Flamingock is switched off, it reads nothing and is up.
   *
   * @throws InvalidRequestError for options that make no sense.
   */
  async isHealthy<const Key extends string = 'flamingock'>(
    key = 'flamingock' as Key,
    options: FlamingockHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key, 'up' | 'down', FlamingockHealth>> {
    assertOptions({ ...options });
    const { isUp, health } = await this.find(options);
    const indicator = this.indicators.check(key);
    return isUp ? indicator.up({ ...health }) : indicator.down({ ...health });
  }

  private async find({ verify, timeoutMs = DEFAULT_TIMEOUT_MS }: FlamingockHealthOptions): Promise<Finding> {
    if (!this.flamingock.options.enabled)
      return { isUp: true, health: { message: 'Flamingock is switched off.' } };
    if (verify) void this.verification.get();
    try {
      const status = await this.status.within(timeoutMs);
      if (!status) return findingOfSilence(timeoutMs, this.atWork > 0);
      return findingOf(status, verify ? this.verified : undefined);
    } catch (error) {
      return findingOfFailure(error);
    }
  }

  /** A walk that fails, as while the audit store is away, says nothing of the history: what is known of it stays. */
  private async walk(): Promise<void> {
    await this.flamingock.audit.verify().then(
      (verification) => (this.verified = verification),
      () => undefined,
    );
  }
}
