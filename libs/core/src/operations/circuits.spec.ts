import { InMemoryAuditStore, InMemoryDatabase, ManualRuntime } from '@nestjs-flamingock/testing';
import { aChange, changeMethod, FILES } from '../fixtures/changes.js';
import { anEngine } from '../fixtures/engines.js';
import { failureOf, passing, SERVICE } from '../fixtures/runs.js';
import { ChangeFailedError, NotYetError } from '../run/run.errors.js';
import { circuitClose, circuitList } from './circuits.js';
import { execute } from './execute.js';

const signal = new AbortController().signal;
const ANNA = { signal, actor: 'anna', reason: 'repaired' };

let runtime: ManualRuntime;
let database: InMemoryDatabase;
let isAway: boolean;

beforeEach(() => {
  runtime = new ManualRuntime();
  database = new InMemoryDatabase({ now: runtime.wallMs });
  isAway = true;
});

const change = aChange({
  rollback: changeMethod(() => undefined, 'rollback'),
  execution: changeMethod(() => {
    if (isAway)
      throw Object.assign(new TypeError('http://anna:secret@host is away'), { code: 'ECONNREFUSED' });
  }),
});
const engine = () =>
  anEngine({
    store: new InMemoryAuditStore(database),
    runtime,
    changes: [change],
    settings: { circuit: { failures: 2, initialMs: 60_000, maxMs: 60_000 }, backOff: { waitMs: 0 } },
  });
const start = () => passing(runtime, execute(engine(), signal));

describe('circuits', () => {
  it('are listed with their state by the clock of the audit store, and with secrets masked', async () => {
    expect(await circuitList(engine())).toEqual([]);
    await failureOf(start());
    expect(await circuitList(engine())).toMatchObject([
      { targetSystem: 'files', state: 'closed', failures: 1 },
    ]);
    await failureOf(start());
    const [open] = await circuitList(engine());
    expect(open).toMatchObject({
      state: 'open',
      failures: 2,
      since: expect.stringMatching(/^2024-/) as string,
    });
    expect(open?.error).not.toContain('secret');
    await runtime.advance(60_000);
    expect(await circuitList(engine())).toMatchObject([{ state: 'half-open', until: open?.until }]);
  });

  it('are closed by an operator, and the next start uses the target system at once', async () => {
    await failureOf(start());
    await failureOf(start());
    expect(await failureOf(start())).toBeInstanceOf(NotYetError);
    const one = engine();
    expect(await circuitClose(one, { targetSystem: FILES.id }, ANNA)).toBe(true);
    expect(one.events.published).toEqual([
      {
        name: 'circuit.closed',
        event: {
          service: SERVICE,
          targetSystem: 'files',
          actor: { kind: 'human', name: 'anna' },
          reason: 'repaired',
        },
      },
    ]);
    expect(await circuitList(one)).toEqual([]);
    expect(await circuitClose(one, { targetSystem: 'files' }, ANNA)).toBe(false);
    expect(await failureOf(start())).toBeInstanceOf(ChangeFailedError);
    isAway = false;
    expect(await start()).toMatchObject({ status: 'applied' });
  });

  it('are of target systems that are known', async () => {
    for (const targetSystem of ['fils', undefined as unknown as string])
      await expect(circuitClose(engine(), { targetSystem }, ANNA)).rejects.toThrow(
        /"targetSystem" must be the id of a target system, not .*; there are files/,
      );
  });
});
