import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { AuditEntry } from '@nestjs-flamingock/core';
import { Workspace } from '../e2e/workspace.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { onFixture, type StartOptions } from './flamingock.js';

jest.setTimeout(120_000);

const COUNT = 100_000;
/** Less than a third of what the entries would take all at once. */
const NODE: StartOptions = { node: ['--max-old-space-size=64'] };

describe(`an export of ${COUNT} entries in 64 MB`, () => {
  let workspace: Workspace<SqlDatabase>;
  let run: ReturnType<typeof onFixture>;
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-export-'));

  beforeAll(async () => {
    workspace = await Workspace.open(sqliteFile);
    run = onFixture(workspace.options);
    await run(['execute']);
    const { connection } = workspace.audit;
    const columns = (
      await connection.query<{ name: string }[]>(`PRAGMA table_info(flamingock_audit_entries)`)
    ).map(({ name }) => name);
    const values = columns.map((name) =>
      name === 'seq' ? 'n.seq' : name === 'error' ? `'${'e'.repeat(1000)}'` : `last.${name}`,
    );
    await connection.query(
      `WITH RECURSIVE n(seq) AS (SELECT 9 UNION ALL SELECT seq + 1 FROM n WHERE seq < ${COUNT})
       INSERT INTO flamingock_audit_entries (${columns.join(', ')})
       SELECT ${values.join(', ')} FROM n, (SELECT * FROM flamingock_audit_entries WHERE seq = 8) AS last`,
    );
  });
  afterAll(async () => {
    await workspace.remove();
    rmSync(folder, { recursive: true });
  });

  it('is whole as JSON in a file', async () => {
    const file = join(folder, 'history.json');
    const { code, stdout } = await run(['audit', 'export', '--out', file], NODE);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `✔ ${COUNT} entries in ${file}\n` });
    const entries = JSON.parse(readFileSync(file, 'utf8')) as AuditEntry[];
    expect(entries).toHaveLength(COUNT);
    expect(entries.at(-1)?.seq).toBe(COUNT);
  });

  it('is whole as CSV on standard output', async () => {
    const { code, stdout } = await run(['audit', 'export', '--format', 'csv'], NODE);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(COUNT + 1);
  });
});
