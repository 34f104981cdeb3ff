import type { AuditEntry, ExecutionReport } from '@nestjs-flamingock/core';
import { chainEntries, GENESIS_HASH } from '@nestjs-flamingock/core/adapter';
import { onFixture } from '../../apps/cli/flamingock.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { historyIn } from './stored-history.js';

describe('the head that a run reports, kept elsewhere', () => {
  let workspace: Workspace<SqlDatabase>;
  beforeEach(async () => (workspace = await Workspace.open(sqliteFile)));
  afterEach(() => workspace.remove());

  /** Rewrites the history as another author's, hashes and head included. */
  async function rewrite(entries: AuditEntry[]): Promise<void> {
    const access = historyIn(workspace.audit.connection);
    const { entries: rows, head } = await access.read();
    const forged = chainEntries(
      { seq: 0, hash: GENESIS_HASH },
      entries.map((entry) => ({ record: { ...entry, author: 'eve' }, createdAt: entry.createdAt })),
    );
    await access.write({
      entries: rows.map((row, index) => {
        const { author, hash, prevHash } = forged[index]!;
        return { ...row, author, hash, prev_hash: prevHash };
      }),
      head: { ...head, hash: forged.at(-1)?.hash },
    });
  }

  it.each(['text', 'json'])(
    'tells a history that was rewritten whole, taken from the report as %s',
    async (form) => {
      const run = onFixture(workspace.options);
      const { stdout } = await run(['execute', ...(form === 'json' ? ['--json'] : [])]);
      const report = form === 'json' ? (JSON.parse(stdout) as ExecutionReport) : undefined;
      const head = report
        ? `${report.head?.seq}:${report.head?.hash}`
        : (/audit head (\S+)/.exec(stdout)?.[1] ?? '');
      expect(await run(['audit', 'verify', '--expect-head', head])).toMatchObject({ code: 0 });

      await rewrite(JSON.parse((await run(['audit', 'export'])).stdout) as AuditEntry[]);
      expect(await run(['audit', 'verify'])).toMatchObject({ code: 0 });
      const found = await run(['audit', 'verify', '--expect-head', head]);
      expect(found.code).toBe(3);
      expect(found.stdout).toContain(
        'entry 8 of "last-notes": is not the entry that the head that was kept elsewhere names',
      );
    },
  );

  it.each(['8', `8:${'g'.repeat(64)}`])('is refused where it is none: %j', async (head) => {
    const { code, stderr } = await onFixture(workspace.options)(['audit', 'verify', '--expect-head', head]);
    expect(code).toBe(2);
    expect(stderr).toContain('<seq>:<hash>');
  });
});
