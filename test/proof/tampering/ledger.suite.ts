import {
  LedgerTamperedError,
  UnapprovedChangesError,
  type AuditVerification,
  type FlamingockSettings,
} from '@nestjs-flamingock/core';
import { approveAll } from '../../apps/e2e/fixtures/approve-all.js';
import { boot, withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import type { Stored } from './stored-history.js';
import type { RecordsAccess } from './stored-records.js';

type Rows = readonly Stored[];

const GUARDED: FlamingockSettings = { approvals: { require: [{ target: 'outbox', count: 2 }] } };

/** What is found of rows of decisions that somebody has written past the library, whatever the store. */
export function ledgerSuite<T extends TestDatabase>(
  create: CreateDatabase<T>,
  accessTo: (database: T) => RecordsAccess,
): void {
  let workspace: Workspace<T>;
  let access: RecordsAccess;
  let written: Rows;
  beforeAll(async () => {
    workspace = await Workspace.open(create);
    access = accessTo(workspace.audit);
    // A history, in which nothing that needs approval is applied yet.
    await boot({ ...workspace.options, changeCount: 1 });
    for (const service of ['e2e', 'other'])
      await withApplication(
        { ...workspace.options, settings: { ...GUARDED, service } },
        async (flamingock) => {
          for (const actor of ['ann', 'bob']) await approveAll(flamingock, actor);
        },
      );
    written = await access.read();
  });
  beforeEach(() => access.write(written));
  afterAll(() => workspace.remove());

  const options = () => ({ ...workspace.options, settings: GUARDED });
  const verify = (): Promise<AuditVerification> => withApplication(options(), ({ audit }) => audit.verify());
  const ofService = (service: string) => (row: Stored) => row['service'] === service;
  const isAt = (seq: number) => (row: Stored) =>
    ofService('e2e')(row) && row['kind'] === 'decision' && Number(row[access.key]) === seq;
  const at = (seq: number) => written.find(isAt(seq))!;
  const editing = (seq: number, fields: (row: Stored) => Stored): Rows =>
    written.map((row) => (isAt(seq)(row) ? { ...row, ...fields(row) } : row));
  const found = async (rows: Rows): Promise<AuditVerification> => {
    await access.write(rows);
    return verify();
  };
  const COUNT = 4;
  const SEQS = Array.from({ length: COUNT }, (_, index) => index + 1);

  it('is nothing where they are as they were written', async () => {
    expect(await verify()).toMatchObject({ decisions: COUNT });
  });

  it('is every field of a decision that was edited', async () => {
    const decision = JSON.parse(String(at(2)['value'])) as Record<string, unknown>;
    for (const name of Object.keys(decision)) {
      const other = typeof decision[name] === 'number' ? 9 : `${JSON.stringify(decision[name])}x`;
      const value = JSON.stringify({ ...decision, [name]: other });
      expect(await found(editing(2, () => ({ value })))).toMatchObject({
        ok: false,
        inDecisions: true,
        seq: 2,
      });
    }
  });

  it('is each decision that was removed, and any that were cut off', async () => {
    for (const seq of SEQS) {
      const rows = written.filter((row) => !isAt(seq)(row));
      expect(await found(rows)).toMatchObject({ ok: false, inDecisions: true, seq });
      const cut = written.filter((row) => !SEQS.slice(seq - 1).some((one) => isAt(one)(row)));
      expect(await found(cut)).toMatchObject({ ok: false, inDecisions: true, seq });
    }
  });

  it('is two that were swapped, and one that is there twice', async () => {
    const swapped = written.map((row) => {
      if (isAt(2)(row)) return { ...row, value: at(3)['value'] };
      return isAt(3)(row) ? { ...row, value: at(2)['value'] } : row;
    });
    expect(await found(swapped)).toMatchObject({ ok: false, inDecisions: true, seq: 2 });
    const twice = [...written, { ...at(2), [access.key]: '000000000005' }];
    expect(await found(twice)).toMatchObject({ ok: false, inDecisions: true });
  });

  it('is the ledger of another service that was copied over it, whole and right in itself', async () => {
    const copied = written.filter(ofService('other'));
    const rows = [...copied, ...copied.map((row) => ({ ...row, service: 'e2e' }))];
    expect(await found(rows)).toMatchObject({ ok: false, inDecisions: true, seq: 1 });
  });

  it('lets no approval count: nothing runs, however many there are', async () => {
    await access.write(editing(1, (row) => ({ value: String(row['value']).replace('"ann"', '"eve"') })));
    const stopped = await boot(options()).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(LedgerTamperedError);
    await access.write(written.filter(({ kind }) => kind !== 'decision' && kind !== 'decisions'));
    const unapproved = await boot(options()).catch((error: unknown) => error);
    expect(unapproved).toBeInstanceOf(UnapprovedChangesError);
    expect(workspace.outboxLines()).toEqual([]);
  });
}
