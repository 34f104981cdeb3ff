import { SupplierApi } from '../../../libs/http/src/fixtures/supplier-api.js';
import { startProgram, type Exit, type Instance } from '../e2e/fixture-process.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import type { HttpInstanceOptions } from './fixtures/main.js';

const CODES = ['acme', 'ajax', 'apex'];

let audit: SqlDatabase;
let server: SupplierApi;
beforeEach(async () => {
  audit = await sqliteFile();
  server = await new SupplierApi().listen();
});
afterEach(async () => {
  await server.close();
  await audit.drop();
});

const start = (more: Pick<HttpInstanceOptions, 'change'> & Partial<HttpInstanceOptions>): Instance =>
  startProgram('http', { audit: audit.options.typeorm, baseUrl: server.url, ...more });
const codes = () => server.suppliers.all.map(({ code }) => code);
const keys = () => server.suppliers.keysOf('POST');
const expectExecuted = ({ stderr, report }: Exit): void => {
  expect(stderr).toBe('');
  expect(report?.changes.map(({ result }) => result)).toEqual(['executed']);
};

/** The server kills the process once it has done what it was asked for, before it answers. */
async function killedAfter(nth: number, change: HttpInstanceOptions['change']): Promise<void> {
  const { instead } = server.suppliers;
  for (let n = 1; n < nth; n++)
    instead.push({
      when: 'after',
      act: (response) => {
        const { id } = server.suppliers.all.at(-1) ?? { id: 0 };
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
      },
    });
  const instance = start({ change });
  instead.push({ when: 'after', act: () => instance.kill('SIGKILL') });
  expect((await instance.exit).signal).toBe('SIGKILL');
}

describe('processes whose change sends requests', () => {
  it.each(CODES)('send the same keys after one is killed before its request about %s', async (diesBefore) => {
    expect((await start({ change: 'plain', diesBefore }).exit).signal).toBe('SIGKILL');
    const before = keys();
    expectExecuted(await start({ change: 'plain' }).exit);
    expect(keys().slice(before.length, 2 * before.length)).toEqual(before);
    expect([codes(), new Set(keys()).size]).toEqual([CODES, 3]);
  });

  it.each([1, 2, 3])('do nothing twice where one is killed between effect %d and its answer', async (nth) => {
    await killedAfter(nth, 'plain');
    expectExecuted(await start({ change: 'plain' }).exit);
    expect([codes(), new Set(keys()).size, keys().length]).toEqual([CODES, 3, 3 + nth]);
  });

  it('may do a request twice where the server ignores its key and nothing can tell', async () => {
    server.suppliers.honours = false;
    await killedAfter(2, 'plain');
    expectExecuted(await start({ change: 'plain' }).exit);
    expect(codes()).toEqual(['acme', 'ajax', ...CODES]);
  });

  it('do nothing twice where the server ignores keys, and steps can be asked what is there', async () => {
    server.suppliers.honours = false;
    await killedAfter(2, 'steps');
    expectExecuted(await start({ change: 'steps' }).exit);
    expect([codes(), keys().length]).toEqual([CODES, 3]);
  });

  it('go on with the step in the middle of which one was killed, under its key', async () => {
    expect((await start({ change: 'steps', diesBefore: 'ajax' }).exit).signal).toBe('SIGKILL');
    expectExecuted(await start({ change: 'steps' }).exit);
    expect([codes(), new Set(keys()).size, keys().length]).toEqual([CODES, 3, 3]);
  });

  it('send what the server has dropped again within the run, where it honours keys', async () => {
    server.breakOff('after');
    expectExecuted(await start({ change: 'plain', idempotency: 'honoured' }).exit);
    expect([codes(), new Set(keys()).size, keys().length]).toEqual([CODES, 3, 4]);
  });
});
