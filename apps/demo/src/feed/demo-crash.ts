import { Inject, Injectable } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/**
 * Part of the demonstration only, your application has nothing like it: ends the process
 * as a power cut would, right after the prices in the currency that
 * `DEMO_CRASH` names were published.
 */
@Injectable()
export class DemoCrash {
  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  /** No handler, no `finally` and no shutdown hook runs after this. */
  dieIfAskedAfter(currency: string): void {
    if (this.config.crashAfter === currency) process.kill(process.pid, 'SIGKILL');
  }
}
