import { jest } from '@jest/globals';
import { runInstance, startInstance } from './fixture-process.js';
import { Workspace } from './workspace.js';

jest.setTimeout(60_000);

let workspace: Workspace;
beforeEach(() => (workspace = new Workspace()));
afterEach(() => workspace.remove());

/** Settles once `condition` holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('eight processes started together on one SQLite file', () => {
  it.each(['shared', 'separate'] as const)(
    'apply each change once and all end well, databases %s',
    async (kind) => {
      const options = workspace[kind];
      const exits = await Promise.all(Array.from({ length: 8 }, () => runInstance(options)));
      expect(exits.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
        Array(8).fill({ code: 0, stderr: '' }),
      );
      expect(workspace.notes(options.notes)).toEqual(['one', 'three', 'two']);
      expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);
      expect(exits.filter(({ report }) => report?.status === 'applied')).toHaveLength(1);
      expect(workspace.history()).toHaveLength(10);
    },
  );
});

describe('a process killed', () => {
  it.each(['shared', 'separate'] as const)(
    'inside a transactional change leaves nothing, and the next start applies it, databases %s',
    async (kind) => {
      const options = { ...workspace[kind], settings: { lock: { leaseMs: 1_000 } } };
      const killed = await runInstance({ ...options, behaviour: 'kill:inside the transaction' });
      expect(killed.signal).toBe('SIGKILL');
      const next = await runInstance(options);
      expect(next.stderr).toBe('');
      expect(next.report?.status).toBe('applied');
      expect(workspace.notes(options.notes)).toEqual(['one', 'three', 'two']);
    },
  );

  it('after the commit of another database is reconciled by its marker, without running it again', async () => {
    const options = { ...workspace.separate, settings: { lock: { leaseMs: 1_000 } } };
    // The first EXECUTED is that of create-notes: its table exists, a second CREATE would fail.
    await runInstance({ ...options, killBefore: 'EXECUTED' });
    expect(workspace.history()).toEqual(['create-notes:STARTED']);
    const next = await runInstance(options);
    expect(next.stderr).toBe('');
    expect(next.report?.changes[0]).toMatchObject({ changeId: 'create-notes', result: 'reconciled' });
    expect(workspace.entries()[1]).toMatchObject({ state: 'EXECUTED', operation: 'RECONCILE' });
    expect(workspace.notes(options.notes)).toEqual(['one', 'three', 'two']);
  });

  it('inside a non-transactional change makes the next start stop and say what to do', async () => {
    const options = { ...workspace.shared, settings: { lock: { leaseMs: 1_000 } } };
    await runInstance({ ...options, behaviour: 'kill:half of publish' });
    const next = await runInstance(options);
    expect(next.code).toBe(1);
    expect(next.stderr).toContain('Change "publish" (stage "e2e", target system "outbox") needs a person');
    expect(next.stderr).toContain('Recorded state: STARTED');
    expect(next.stderr).toContain(`resolution: 'ROLLED_BACK'`);
    expect(workspace.outboxLines()).toEqual(['published by publish']);
  });

  it('inside a change that allows a retry has it run again', async () => {
    const options = { ...workspace.shared, settings: { lock: { leaseMs: 1_000 } } };
    await runInstance({ ...options, behaviour: 'kill:half of warm-up' });
    const next = await runInstance(options);
    expect(next.report?.status).toBe('applied');
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm', 'warm']);
  });
});

describe('a process told to end with SIGTERM', () => {
  it('gives up the running change, records it, frees the lock and ends by the signal', async () => {
    const options = { ...workspace.shared, settings: { timeouts: { graceMs: 50 } } };
    const instance = startInstance({ ...options, behaviour: 'hang:half of publish' });
    await until(() => workspace.outboxLines().includes('hanging at half of publish'));
    instance.kill('SIGTERM');
    expect(await instance.exit).toMatchObject({ signal: 'SIGTERM' });
    expect(workspace.history().at(-1)).toBe('publish:EXECUTION_FAILED');
    expect(workspace.lock().expires_at).toBe(0);
  });
});

describe('a process stopped past its lease', () => {
  it('changes nothing once it goes on, and says that it lost the lock', async () => {
    const options = { ...workspace.shared, settings: { lock: { leaseMs: 600 } } };
    const stopped = startInstance({ ...options, behaviour: 'hang:half of warm-up' });
    await until(() => workspace.outboxLines().includes('hanging at half of warm-up'));
    stopped.kill('SIGSTOP');
    const next = await runInstance(options);
    expect(next.report?.status).toBe('applied');
    const after = workspace.history();
    stopped.kill('SIGCONT');
    const exit = await stopped.exit;
    expect(exit.code).toBe(1);
    expect(exit.stderr).toContain('Lost the lock');
    expect(workspace.history()).toEqual(after);
  });
});
