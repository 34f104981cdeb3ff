import { jest } from '@jest/globals';
import { InMemoryAuditStore, InMemoryDatabase, ManualClock, ManualRuntime } from '@nestjs-flamingock/testing';
import type { TargetSystem } from '@nestjs-flamingock/core/adapter';
import type { ChangeDescriptor } from '../../../libs/core/src/change/change-descriptor.js';
import { aChange, changeMethod, FILES } from '../../../libs/core/src/fixtures/changes.js';
import { anEngine } from '../../../libs/core/src/fixtures/engines.js';
import { statesOf } from '../../../libs/core/src/fixtures/runs.js';
import { execute } from '../../../libs/core/src/operations/execute.js';

const PODS = 8;
const OUTAGE_MS = 600_000;
/** A pod that has ended is started again so soon: sooner than any orchestrator does. */
const RESTART_MS = 1_000;
/** The longest that a change, or a target system, is left alone. */
const LONGEST_PAUSE_MS = 300_000;
const MOST_CALLS = 12;
const SEEDS = 5;

// Thousands of starts, on a machine that may be busy.
jest.setTimeout(600_000);

class Refused extends Error {
  override readonly name = 'Refused';
  readonly code = 'ECONNREFUSED';
}

/** Eight pods of one service, each started again as soon as its start has failed, and a target system that is away. */
class Outage {
  readonly clock = new ManualClock();
  readonly calls = { away: 0, back: 0 };
  isAway = true;
  serving = 0;
  private readonly database: InMemoryDatabase;
  private readonly api: TargetSystem = {
    ...FILES,
    id: 'api',
    isTransient: (error) => error instanceof Refused,
  };

  constructor(
    private readonly seed: number,
    private readonly fields: Partial<ChangeDescriptor>,
  ) {
    const { wallMs } = new ManualRuntime({ clock: this.clock });
    this.database = new InMemoryDatabase({ now: wallMs });
    for (let pod = 1; pod <= PODS; pod += 1) void this.run(pod);
  }

  states(): Promise<string[]> {
    return statesOf(new InMemoryAuditStore(this.database));
  }

  private async run(pod: number): Promise<void> {
    const runtime = new ManualRuntime({ clock: this.clock, seed: this.seed, pid: pod });
    for (;;) {
      try {
        await execute(this.engine(runtime), new AbortController().signal);
        this.serving += 1;
        return;
      } catch {
        await runtime.sleep(RESTART_MS);
      }
    }
  }

  private engine(runtime: ManualRuntime) {
    const execution = changeMethod(() => {
      this.calls[this.isAway ? 'away' : 'back'] += 1;
      if (this.isAway) throw new Refused('nobody listens');
    });
    const changes = [
      aChange({ id: 'publish', stage: 'feed', target: this.api, execution, ...this.fields }),
      aChange({ id: 'files', stage: 'rest', className: 'Files' }),
    ];
    const store = new InMemoryAuditStore(this.database);
    return anEngine({ store, runtime, changes, stages: ['feed', 'rest'] });
  }
}

const rollback = changeMethod(() => undefined, 'rollback');

describe('eight pods that are started again and again while a target system is away for ten minutes', () => {
  it.each<[string, Partial<ChangeDescriptor>]>([
    ['starts try again', { recovery: 'ALWAYS_RETRY' }],
    ['is rolled back each time, and tried again within a run', { rollback }],
    ['does both', { recovery: 'ALWAYS_RETRY', rollback, recoveryRetry: {} }],
  ])(
    'call it a dozen times at most for a change that %s, and one of them finds it back',
    async (_what, fields) => {
      let most = 0;
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const outage = new Outage(seed, fields);
        await outage.clock.advance(OUTAGE_MS);
        expect([seed, await outage.states()]).toEqual([seed, expect.arrayContaining(['files EXECUTED'])]);
        outage.isAway = false;
        await outage.clock.advance(LONGEST_PAUSE_MS + 2 * RESTART_MS);
        expect([seed, outage.serving, (await outage.states()).at(-1)]).toEqual([
          seed,
          PODS,
          'publish EXECUTED',
        ]);
        expect(outage.calls.back).toBe(1);
        most = Math.max(most, outage.calls.away);
      }
      expect(most).toBeLessThanOrEqual(MOST_CALLS);
    },
  );
});
