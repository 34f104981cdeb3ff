import { jest } from '@jest/globals';
import { boot, withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import { describeOn } from '../../support/services/describe-on.js';
import { OwnServer } from '../../support/services/own-server.mjs';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { chooser } from './extent.js';
import { FakeClock } from './fake-clock.js';
import { tryFault, type Trial } from './trial.js';
import { Verdicts } from './verdicts.js';

jest.setTimeout(600_000);

const HOUR_S = 3_600;
const SETTINGS = { lock: { leaseMs: 3_000, waitMs: 4_000, retryMs: 50 } };

interface Jump {
  readonly what: string;
  readonly seconds: number;
  readonly point: string;
  /** Whether another instance starts right after it, while the first is at work. */
  readonly another: boolean;
  readonly kind: 'shared' | 'separate';
}

const JUMPS: readonly Jump[] = ['inside the transaction', 'half of publish', 'half of warm-up'].flatMap(
  (point) =>
    [HOUR_S, -HOUR_S].flatMap((seconds) =>
      [false, true].flatMap((another) =>
        (['shared', 'separate'] as const).map((kind) => {
          const way = seconds > 0 ? 'ahead' : 'back';
          const what = `clock an hour ${way}${another ? ', another starts' : ''}`;
          return { what, seconds, point, another, kind };
        }),
      ),
    ),
);

async function jump(clock: FakeClock, create: CreateDatabase, how: Jump): Promise<Trial> {
  clock.shift(0);
  // The history is where the clock is asked.
  const workspace = await Workspace.open(create, how.kind === 'separate' ? sqliteFile : undefined);
  const options = { ...workspace.options, settings: SETTINGS };
  const onReach = async (point: string): Promise<void> => {
    if (point !== how.point) return;
    clock.shift(how.seconds);
    // It takes over, waits in vain, or stops for a manual check: whatever it does has to be right.
    if (how.another) await boot(options).catch(() => undefined);
  };
  try {
    return await tryFault({
      what: how.what,
      title: `${how.point}, ${how.kind}`,
      workspace,
      start: () => withApplication({ ...options, onReach }, (flamingock) => flamingock.execute()),
      heal: async () => undefined,
      mustApply: !how.another,
    });
  } finally {
    await workspace.remove();
  }
}

const clock = FakeClock.find();
const verdicts = new Verdicts();
const chosen = chooser(11);

if (!clock && process.env['CI']) throw new Error('libfaketime is not installed');
if (clock) {
  afterAll(() => clock.remove());
  await describeOn(['postgres', 'mariadb'], 'a server whose clock jumps', () => {
    it.each([
      ['PostgreSQL', 'postgres', postgresDatabase],
      ['MariaDB', 'mariadb', mariadbDatabase],
    ] as const)('runs nothing twice, and the next start goes on: %s', async (title, name, database) => {
      clock.shift(0);
      const server = await OwnServer.start(name, { environment: clock.environment });
      try {
        const trials: Trial[] = [];
        for (const how of chosen(JUMPS)) trials.push(await jump(clock, database(server.url), how));
        verdicts.expectRight(title, trials);
      } finally {
        await server.remove();
      }
    });
  });
} else {
  it.skip('not run: libfaketime is not installed', () => undefined);
}
