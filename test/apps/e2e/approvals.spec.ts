import {
  ResolutionUnapprovedError,
  UnapprovedChangesError,
  type FlamingockService,
  type FlamingockSettings,
  type OperationContext,
} from '@nestjs-flamingock/core';
import { mongoDatabase } from '../../support/mongo-database.js';
import { describeOn } from '../../support/services/describe-on.js';
import { mariadbDatabase, postgresDatabase, sqliteFile } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { approveAll } from './fixtures/approve-all.js';
import { boot, withApplication } from './boot.js';
import { Workspace } from './workspace.js';

const GUARDED: FlamingockSettings = { approvals: { require: [{ target: 'outbox', count: 2 }] } };
const TWO_PEOPLE: FlamingockSettings = { resolution: { approvals: 1 } };
const by = (name: string): OperationContext => ({ actor: name, reason: 'read it' });

function approvalSuite(createAudit: CreateDatabase): void {
  let workspace: Workspace;
  beforeEach(async () => (workspace = await Workspace.open(createAudit)));
  afterEach(() => workspace.remove());

  const options = (settings: FlamingockSettings) => ({ ...workspace.options, settings });
  const inApplication = <T>(
    settings: FlamingockSettings,
    work: (flamingock: FlamingockService) => Promise<T>,
  ) => withApplication(options(settings), work);
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('runs nothing before enough people have approved it, and then once, of two pods at once', async () => {
    expect(await failure(boot(options(GUARDED)))).toBeInstanceOf(UnapprovedChangesError);
    expect(await workspace.notes()).toEqual([]);
    expect(workspace.outboxLines()).toEqual([]);

    const approve = (name: string) => inApplication(GUARDED, (flamingock) => approveAll(flamingock, name));
    await Promise.all([approve('ann'), approve('bob')]);
    await approve('ann');
    const reports = await Promise.all([boot(options(GUARDED)), boot(options(GUARDED))]);
    expect(reports.map(({ status }) => status).sort()).toContain('applied');
    expect(workspace.outboxLines()).toEqual(['published by publish', 'warm']);

    const verification = await inApplication(GUARDED, ({ audit }) => audit.verify());
    expect(verification).toMatchObject({ ok: true, decisions: 6 });
    const entries = await inApplication(GUARDED, ({ audit }) => audit.list());
    const published = entries.find(({ changeId }) => changeId === 'publish');
    expect(published?.metadata['approvals']).toMatch(/^\d+:[0-9a-f]{64} \d+:[0-9a-f]{64}$/);
  });

  it('does not let one person alone resolve an issue', async () => {
    const behaviour = 'throw:half of publish,throw:rollback of publish';
    await failure(boot({ ...options(TWO_PEOPLE), behaviour }));
    const fix = () =>
      inApplication(TWO_PEOPLE, ({ audit }) =>
        audit.fix({ changeId: 'publish', resolution: 'EXECUTED' }, { ...by('ann'), reason: 'counted them' }),
      );
    expect(await failure(fix())).toBeInstanceOf(ResolutionUnapprovedError);
    await inApplication(TWO_PEOPLE, async ({ issues }) => {
      await issues.decide({ kind: 'propose', changeId: 'publish', resolution: 'EXECUTED' }, by('ann'));
      expect(await failure(issues.decide({ kind: 'approve', changeId: 'publish' }, by('ann')))).toBeDefined();
    });
    expect(await failure(fix())).toBeInstanceOf(ResolutionUnapprovedError);
    await inApplication(TWO_PEOPLE, ({ issues }) =>
      issues.decide({ kind: 'approve', changeId: 'publish' }, by('bob')),
    );
    expect(await fix()).toMatchObject({ state: 'MANUAL_MARKED_AS_EXECUTED' });
    expect((await boot(options(TWO_PEOPLE))).status).toBe('applied');
  });
}

describe('approvals on SQLite', () => approvalSuite(sqliteFile));
await describeOn(['postgres'], 'approvals on PostgreSQL', ({ postgres }) =>
  approvalSuite(postgresDatabase(postgres)),
);
await describeOn(['mariadb'], 'approvals on MariaDB', ({ mariadb }) =>
  approvalSuite(mariadbDatabase(mariadb)),
);
await describeOn(['mongodb'], 'approvals on MongoDB', ({ mongodb }) => approvalSuite(mongoDatabase(mongodb)));
