import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { ComplianceChange, ComplianceSummary } from '@nestjs-flamingock/core';
import { Workspace } from '../e2e/workspace.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { onFixture, type StartOptions } from './flamingock.js';
import { prolong } from './long-history.js';

jest.setTimeout(180_000);

const COUNT = 100_000;
/** 64 MB more than the application itself takes. */
const NODE: StartOptions = { node: ['--max-old-space-size=96'] };

describe(`a compliance report of ${COUNT} entries in 64 MB`, () => {
  let workspace: Workspace<SqlDatabase>;
  let run: ReturnType<typeof onFixture>;
  const folder = mkdtempSync(join(tmpdir(), 'flamingock-report-'));

  beforeAll(async () => {
    workspace = await Workspace.open(sqliteFile);
    run = onFixture(workspace.options);
    await run(['execute']);
    await prolong(workspace.audit.connection, COUNT);
  });
  afterAll(async () => {
    await workspace.remove();
    rmSync(folder, { recursive: true });
  });

  it('is whole as HTML, with exceptions first', async () => {
    const file = join(folder, 'report.html');
    const { code, stdout, stderr } = await run(['report', 'compliance', '-o', file], NODE);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) as string });
    const changes = Number(/^✔ (\d+) changes in/.exec(stdout)?.[1]);
    const html = readFileSync(file, 'utf8');
    expect(html.indexOf('<h2>Exceptions: ')).toBeLessThan(html.indexOf(`<h2>All changes (${changes})`));
    expect(html.match(/<tr><td>/g)?.length).toBeGreaterThan(changes);
    expect(html.trimEnd()).toMatch(/<\/html>$/);
  });

  it('is whole as JSON', async () => {
    const file = join(folder, 'report.json');
    await run(['report', 'compliance', '--format', 'json', '-o', file], NODE);
    const { changes, summary } = JSON.parse(readFileSync(file, 'utf8')) as {
      changes: ComplianceChange[];
      summary: ComplianceSummary;
    };
    expect(summary).toMatchObject({
      changes: changes.length,
      entries: COUNT,
      firstSeq: 1,
      lastSeq: COUNT,
      contiguous: true,
      verification: { ok: true, entries: COUNT },
    });
  });
});
