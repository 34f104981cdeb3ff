import { CrashPoint, ManualRuntime } from '@nestjs-flamingock/testing';
import type { AuditEntry } from '../audit/audit-entry.js';
import { createSnapshot } from '../audit/audit-snapshot.js';
import { RENAME_ID } from '../audit/renaming.js';
import { LEASE_MS, passing } from '../fixtures/runs.js';
import { Services } from '../fixtures/services.js';
import { auditVerify } from './audit-verify.js';
import { serviceRename } from './service-rename.js';

const TO_SHOP = { from: 'default', to: 'shop' };

/** Renames the service in a process that dies at its `at`-th message; true if it died before it was done. */
async function renameAndDie(services: Services, at: number): Promise<boolean> {
  await services.start('default', 'a B');
  const crash = new CrashPoint(at);
  const engine = services.engine('shop', 'a B', crash.network);
  const renaming = serviceRename(engine, TO_SHOP, { signal: new AbortController().signal });
  const died = await passing(services.runtime, crash.kills(renaming));
  await services.runtime.advance(2 * LEASE_MS);
  return died;
}

/** What becomes of a start: its status, or the name of the error. */
async function outcomeOf(start: Promise<{ status: string }>): Promise<string> {
  try {
    return (await start).status;
  } catch (error) {
    return (error as Error).name;
  }
}

async function lastOf(services: Services, service: string): Promise<AuditEntry[]> {
  return [...createSnapshot(await services.store.readSnapshot(service)).values()];
}

async function finish(services: Services): Promise<void> {
  await services.rename(TO_SHOP);
  for (const service of ['default', 'shop']) {
    expect(await auditVerify(services.engine(service, 'a B'))).toMatchObject({ ok: true });
  }
  const [former, present] = await Promise.all(['default', 'shop'].map((name) => lastOf(services, name)));
  const isChange = ({ changeId }: AuditEntry) => changeId !== RENAME_ID;
  const copied = present?.filter((entry) => isChange(entry) && entry.operation === 'IMPORT');
  expect(copied?.map(({ changeId, metadata }) => [changeId, metadata['hash']])).toEqual(
    former?.filter(isChange).map(({ changeId, hash }) => [changeId, hash]),
  );
}

/** What is in the databases. */
function left({ audit, target }: Services): string {
  const { locks, heads, entries } = audit.snapshot();
  const { fences } = target.snapshot();
  return JSON.stringify([locks, heads, entries, fences].map((table) => [...table]));
}

/** Does `work` with all that a process may leave that dies, at whatever point; answers at how many it can. */
async function afterEachDeath(work: (services: Services) => Promise<void>): Promise<number> {
  let before = '';
  for (let at = 0; ; at += 1) {
    const services = new Services(new ManualRuntime());
    if (!(await renameAndDie(services, at))) return at;
    if (left(services) === before) continue;
    before = left(services);
    await work(services);
  }
}

describe('a rename whose process dies', () => {
  it('at any point, is finished by the same command', async () => {
    const points = await afterEachDeath(async (services) => {
      await finish(services);
      expect(await outcomeOf(services.start('shop', 'a B'))).toBe('up-to-date');
      expect(await outcomeOf(services.start('shop', 'a B c'))).toBe('applied');
      expect(services.ran).toEqual(['a', 'B', 'c']);
    });
    expect(points).toBeGreaterThan(30);
  });

  it('at any point, leaves nothing that would run a change twice under the new name', async () => {
    const seen = new Set<string>();
    await afterEachDeath(async (services) => {
      seen.add(await outcomeOf(services.start('shop', 'a B')));
      await outcomeOf(services.start('shop', 'a B c'));
      await finish(services);
      expect(await outcomeOf(services.start('shop', 'a B c'))).toMatch(/applied|up-to-date/);
      expect(services.ran).toEqual(['a', 'B', 'c']);
    });
    expect([...seen].sort()).toEqual(['EarlierNameError', 'RenameUnfinishedError', 'up-to-date']);
  });

  it('at any point, loses nothing that runs under the former name before it is closed', async () => {
    const seen = new Set<string>();
    await afterEachDeath(async (services) => {
      expect(await outcomeOf(services.start('default', 'a B'))).toBe('up-to-date');
      seen.add(await outcomeOf(services.start('default', 'a B c D')));
      await finish(services);
      expect(await outcomeOf(services.start('shop', 'a B c D'))).toMatch(/applied|up-to-date/);
      expect(services.ran).toEqual(['a', 'B', 'c', 'D']);
      expect(await outcomeOf(services.start('default', 'a B c D e'))).toBe('ServiceRenamedError');
    });
    expect([...seen].sort()).toEqual(['ServiceRenamedError', 'applied']);
  });

  it('in the middle of a long copy, leaves nothing that runs under the new name', async () => {
    const services = new Services(new ManualRuntime());
    const ids = Array.from({ length: 250 }, (_, at) => `c${at}`);
    await services.start('default', ids.join(' '));
    let appends = 0;
    const dying = new Promise<void>((died) => {
      const network = async (statement: string, leg: string) => {
        if (statement === 'append' && leg === 'request') appends += 1;
        if (appends < 4) return;
        died();
        await new Promise<never>(() => undefined);
      };
      const engine = services.engine('shop', ids.join(' '), network);
      void serviceRename(engine, TO_SHOP, { signal: new AbortController().signal });
    });
    await passing(services.runtime, dying);
    await services.runtime.advance(2 * LEASE_MS);
    expect(await services.states('shop')).toHaveLength(201);
    expect(await outcomeOf(services.start('shop', ids.join(' ')))).toBe('RenameUnfinishedError');
    expect(await services.rename(TO_SHOP)).toMatchObject({ changes: 250, recorded: 51 });
    expect(await outcomeOf(services.start('shop', ids.join(' ')))).toBe('up-to-date');
    expect(services.ran).toEqual(ids);
  });
});
