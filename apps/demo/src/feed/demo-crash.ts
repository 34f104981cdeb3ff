import { Inject, Injectable } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/**
 * Part of the demonstration only, your application has nothing like it: ends the process
 * as a power cut would, in the middle of the change that `DEMO_CRASH` names.
 */
@Injectable()
export class DemoCrash {
  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  /** No handler, no `finally` and no shutdown hook runs after this. */
  dieIfAskedIn(changeId: string): void {
    if (this.config.crashIn === changeId) process.kill(process.pid, 'SIGKILL');
  }
}
