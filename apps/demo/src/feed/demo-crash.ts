import { Inject, Injectable } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/**
 * Part of the demonstration only, your application has nothing like it: ends the process
 * as a power cut would, right after a change has written the prices in a currency.
 * `DEMO_CRASH` names both, as `publish-feed:EUR`.
 */
@Injectable()
export class DemoCrash {
  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  /** No handler, no `finally` and no shutdown hook runs after this. */
  dieIfAskedAfter(change: string, currency: string): void {
    if (this.config.crashAt === `${change}:${currency}`) process.kill(process.pid, 'SIGKILL');
  }
}
