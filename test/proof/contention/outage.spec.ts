import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { forkProgram } from '../../support/programs/fork-program.js';
import { freePort } from '../../support/services/free-port.mjs';
import { postgresDatabase } from '../../support/sql-database.js';
import { describeOn } from '../../support/services/describe-on.js';
import type { TestDatabase } from '../../support/test-database.js';
import type { OutageOptions } from './fixtures/outage.js';

jest.setTimeout(300_000);

const PODS = 8;
const OUTAGE_MS = 60_000;
const MOST_CALLS = 12;

/** One pod: a process that is started again whenever its start has failed. Resolves with the codes of its errors. */
async function runPod(options: OutageOptions): Promise<string[]> {
  const errors: string[] = [];
  for (;;) {
    const child = forkProgram('outage', [JSON.stringify(options)]);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return errors;
    errors.push(stderr);
  }
}

await describeOn(['postgres'], 'instances on PostgreSQL whose target system is away', ({ postgres }) => {
  let database: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    database = await postgresDatabase(postgres)();
    folder = await mkdtemp(join(tmpdir(), 'outage-'));
  });
  afterAll(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it(`${PODS} processes that are started again at once call a target system that is away a dozen times at most, and apply the rest`, async () => {
    const port = await freePort();
    const callsFile = join(folder, 'calls');
    await writeFile(callsFile, '');
    await database.createPlace('rows');
    const url = `http://127.0.0.1:${port}/`;
    const options = {
      database: database.options,
      prefix: 'outage_',
      place: 'rows',
      changes: 2,
      url,
      callsFile,
    };
    const pods = Promise.all(Array.from({ length: PODS }, () => runPod(options)));
    await pause(OUTAGE_MS);
    const calls = readFileSync(callsFile, 'utf8').trim().split('\n').length;
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(await database.values('rows')).toEqual(['1', '2']);

    let reached = 0;
    const server = createServer((_request, response) => {
      reached += 1;
      response.end();
    });
    server.listen(port, '127.0.0.1');
    const errors = (await pods).flat();
    server.close();
    server.closeAllConnections();
    expect(reached).toBe(1);
    expect([...new Set(errors)].sort()).toEqual(['FLAMINGOCK_CHANGE_FAILED', 'FLAMINGOCK_NOT_YET']);
    expect(errors.filter((code) => code === 'FLAMINGOCK_CHANGE_FAILED').length).toBeLessThanOrEqual(
      MOST_CALLS,
    );
    const history = (await database.entries('outage_')).map(({ changeId, state }) => `${changeId} ${state}`);
    expect(history.filter((line) => line === 'publish EXECUTED')).toHaveLength(1);
    expect(history.at(-1)).toBe('publish EXECUTED');
    expect(history.indexOf('row-2 EXECUTED')).toBeGreaterThan(0);
  });
});
