import {
  ChangeFailedError,
  ManualInterventionError,
  type ExecutionReport,
  type FlamingockError,
} from '@nestjs-flamingock/core';
import { boot, withApplication } from './boot.js';
import type { FixtureOptions } from './fixtures/app.module.js';
import { sqliteFile } from '../../support/sql-database.js';
import { Workspace } from './workspace.js';

const APPLIED = [
  'first-notes:STARTED',
  'first-notes:EXECUTED',
  'publish:STARTED',
  'publish:EXECUTED',
  'warm-up:STARTED',
  'warm-up:EXECUTED',
  'last-notes:STARTED',
  'last-notes:EXECUTED',
];

let workspace: Workspace;
beforeEach(async () => (workspace = await Workspace.open(sqliteFile)));
afterEach(() => workspace.remove());

async function bootFails<E extends FlamingockError>(options: FixtureOptions): Promise<E> {
  try {
    await boot(options);
  } catch (error) {
    return error as E;
  }
  throw new TypeError('the start did not fail');
}

async function fix(
  options: FixtureOptions,
  changeId: string,
  resolution: 'EXECUTED' | 'ROLLED_BACK',
): Promise<void> {
  await withApplication(options, (flamingock) =>
    flamingock.audit.fix({ changeId, resolution }, { actor: 'e2e', reason: 'looked' }),
  );
}

function resultsOf({ changes }: ExecutionReport): Record<string, string> {
  return Object.fromEntries(changes.map(({ changeId, result }) => [changeId, result]));
}

describe('a start', () => {
  it('applies everything in order', async () => {
    const report = await boot(workspace.options);
    expect(report.status).toBe('applied');
    expect(await workspace.history()).toEqual(APPLIED);
    expect(await workspace.notes()).toEqual(['one', 'three', 'two']);
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);
    expect((await workspace.lock()).isFree).toBe(true);
  });

  it('does nothing and takes no lock when nothing is pending', async () => {
    await boot(workspace.options);
    const before = { lock: await workspace.lock(), history: await workspace.history() };
    const report = await boot(workspace.options);
    expect(report.status).toBe('up-to-date');
    expect({ lock: await workspace.lock(), history: await workspace.history() }).toEqual(before);
  });

  it('applies what a later version adds, and nothing else', async () => {
    await boot({ ...workspace.options, changeCount: 2 });
    const report = await boot(workspace.options);
    expect(resultsOf(report)).toEqual({
      'first-notes': 'skipped',
      publish: 'skipped',
      'warm-up': 'executed',
      'last-notes': 'executed',
    });
  });

  it('starts an older version whose code lacks an applied change, with a warning', async () => {
    await boot(workspace.options);
    const report = await boot({ ...workspace.options, changeCount: 3 });
    expect(report.status).toBe('up-to-date');
    expect(report.warnings.join()).toContain('last-notes');
  });
});

describe.each([
  ['the same', undefined],
  ['another', sqliteFile],
])('a transactional change that throws, its database %s', (_, createTarget) => {
  it('leaves no row, is recorded as rolled back, and runs again at the next start', async () => {
    const own = await Workspace.open(sqliteFile, createTarget);
    const error = await bootFails<ChangeFailedError>({
      ...own.options,
      behaviour: 'throw:inside the transaction',
    });
    expect(error).toBeInstanceOf(ChangeFailedError);
    expect(error.message).toContain('told to fail at inside the transaction');
    expect(await own.notes()).toEqual([]);
    expect(await own.history()).toEqual([
      'first-notes:STARTED',
      'first-notes:EXECUTION_FAILED',
      'first-notes:ROLLED_BACK',
    ]);
    expect(resultsOf(error.report)).toMatchObject({ 'first-notes': 'failed', publish: 'not-reached' });

    expect((await boot(own.options)).status).toBe('applied');
    expect(await own.notes()).toEqual(['one', 'three', 'two']);
    await own.remove();
  });
});

describe('a non-transactional change that throws', () => {
  it('is taken back by its rollback method and runs again at the next start', async () => {
    await bootFails({ ...workspace.options, behaviour: 'throw:half of publish' });
    expect((await workspace.history()).slice(2)).toEqual([
      'publish:STARTED',
      'publish:EXECUTION_FAILED',
      'publish:ROLLED_BACK',
    ]);
    expect(workspace.outboxLines()).toEqual(['published by publish', 'taken back']);
    expect((await boot(workspace.options)).status).toBe('applied');
  });

  it('without a rollback method runs again only because its author allows it', async () => {
    await bootFails({ ...workspace.options, behaviour: 'throw:half of warm-up' });
    expect((await workspace.history()).at(-1)).toBe('warm-up:EXECUTION_FAILED');
    expect((await boot(workspace.options)).status).toBe('applied');
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm', 'warm']);
  });

  it('needs a manual check when it never ends and is given up', async () => {
    const settings = { timeouts: { changeMs: 100, graceMs: 0 } };
    const error = await bootFails({ ...workspace.options, behaviour: 'hang:half of publish', settings });
    expect(error.message).toContain('did not end within 100 ms');
    expect((await workspace.history()).slice(2)).toEqual(['publish:STARTED', 'publish:EXECUTION_FAILED']);
    expect(workspace.outboxLines()).not.toContain('taken back');
    expect(await bootFails(workspace.options)).toBeInstanceOf(ManualInterventionError);
  });
});

describe('an issue', () => {
  it.each([
    ['EXECUTED', ['published by publish', 'warm']],
    ['ROLLED_BACK', ['published by publish', 'published by publish', 'warm']],
  ] as const)('that an operator resolves as %s lets the next start go on', async (resolution, outbox) => {
    const settings = { timeouts: { changeMs: 100, graceMs: 0 } };
    await bootFails({ ...workspace.options, behaviour: 'hang:half of publish', settings });
    await fix(workspace.options, 'publish', resolution);
    expect((await boot(workspace.options)).status).toBe('applied');
    expect(workspace.outboxLines().filter((line) => !line.startsWith('hanging'))).toEqual(outbox);
    expect((await workspace.entries()).find(({ operation }) => operation === 'FIX')).toMatchObject({
      state: `MANUAL_MARKED_AS_${resolution}`,
      metadata: '{"by":"e2e","reason":"looked"}',
    });
  });

  it('leaves out only its own stage when issues are skipped', async () => {
    const report = await boot({
      ...workspace.options,
      behaviour: 'throw:half of publish',
      settings: { onIssue: 'skip' },
    });
    expect(report.status).toBe('incomplete');
    expect(resultsOf(report)).toMatchObject({ publish: 'failed', 'warm-up': 'not-reached' });
  });
});
