import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/**
 * Part of the demonstration only: makes a change take as long as one with much to do, so that
 * there is something to watch. `DEMO_PACE` is in milliseconds.
 */
@Injectable()
export class DemoPace {
  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  async wait(): Promise<void> {
    if (this.config.paceMs > 0) await pause(this.config.paceMs);
  }
}
