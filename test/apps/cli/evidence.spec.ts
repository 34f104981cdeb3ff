import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { ComplianceChange, ComplianceSummary } from '@nestjs-flamingock/core';
import { killInPublish } from '../e2e/fixture-process.js';
import { Workspace } from '../e2e/workspace.js';
import { sqliteFile, type SqlDatabase } from '../../support/sql-database.js';
import { onFixture, withDigest, type Ended } from './flamingock.js';

jest.setTimeout(120_000);

const OPENSSL = spawnSync('sh', ['-c', 'openssl version'], { encoding: 'utf8' }).stdout;
const onOpenssl = OPENSSL.startsWith('OpenSSL 3') ? it : it.skip;

let workspace: Workspace<SqlDatabase>;
let folder: string;
beforeEach(async () => {
  workspace = await Workspace.open(sqliteFile);
  folder = mkdtempSync(join(tmpdir(), 'flamingock-evidence-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await workspace.remove();
});

const at = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');
const run = (...args: string[]): Promise<Ended> =>
  onFixture({
    ...workspace.options,
    settings: existsSync(at('evidence.pem')) ? { evidence: { keyFile: at('evidence.pem') } } : {},
  })(args, { cwd: folder, env: {} });

function makeKeys(): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(at('evidence.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(at('evidence.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
}

/** A block of commands of the documentation, by how it begins. */
function documented(begin: string): string {
  const blocks = [...readFileSync('docs/evidence.md', 'utf8').matchAll(/```sh\n([^]*?)```/g)];
  return blocks.map(([, block = '']) => block).find((block) => block.startsWith(begin)) ?? '';
}

describe('head sign', () => {
  onOpenssl('is verified by openssl alone, as the documentation says', async () => {
    const sh = (script: string) => execFileSync('sh', ['-ec', script], { cwd: folder, encoding: 'utf8' });
    sh(documented('openssl genpkey'));
    await run('execute');
    await run('head', 'sign', '-o', 'head.json');
    expect(sh(documented('sed -n'))).toContain('Signature Verified Successfully');
    expect(JSON.parse(text('statement.json'))).toMatchObject({ predicate: { service: 'e2e', seq: 8 } });

    writeFileSync(at('head.json'), text('head.json').replace(/"sig":"..../, '"sig":"AAAA'));
    expect(() => sh(documented('sed -n'))).toThrow();
  });

  it('prints one line, and needs a key and a history', async () => {
    expect(await run('head', 'sign')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('FLAMINGOCK_EVIDENCE_KEY_FILE') as string,
    });
    makeKeys();
    expect(await run('head', 'sign')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has no entry') as string,
    });
    await run('execute');
    expect((await run('head', 'sign')).stdout).toMatch(/^\{"payloadType":.*\}\n$/);
  });
});

describe('audit verify with statements', () => {
  const verify = () =>
    run('audit', 'verify', '--statement', 'heads.jsonl', '--public-key', 'evidence.pub.pem');

  it('refuses what is no signed head of this history, with every line at fault', async () => {
    makeKeys();
    await run('execute');
    await run('head', 'sign', '-o', 'heads.jsonl');
    expect(await verify()).toMatchObject({ code: 0 });

    writeFileSync(at('heads.jsonl'), `garbage\n${text('heads.jsonl').replace('"sig":"', '"sig":"AAAA')}`);
    const { code, stderr } = await verify();
    expect(code).toBe(1);
    expect(stderr).toContain('line 1 is no signed head');
    expect(stderr).toContain('line 2 does not match its signature');
  });

  it('names both files where they cannot be read, and asks for both', async () => {
    const { code, stderr } = await verify();
    expect(code).toBe(2);
    expect(stderr).toContain('--statement heads.jsonl cannot be read');
    expect(stderr).toContain('--public-key evidence.pub.pem cannot be read');
    expect((await run('audit', 'verify', '--statement', 'heads.jsonl')).stderr).toContain('give both');
  });
});

describe('report compliance', () => {
  const REASON = "=cmd|' /C calc'!A0, as <b>SHOP-7</b> says";

  /** A crash, and how it is put right, with a reason that a spreadsheet or a browser would obey. */
  async function story(): Promise<void> {
    await killInPublish(workspace);
    const fix = ['audit', 'fix', '-c', 'publish', '--by', 'ann', '--reason', REASON];
    await run(...(await withDigest((words) => run(...words), fix)));
    await run('execute');
  }

  it('has the crash and its repair among the exceptions, in every format', async () => {
    makeKeys();
    await story();
    await run('head', 'sign', '-o', 'heads.jsonl');
    const kept = ['--statement', 'heads.jsonl', '--public-key', 'evidence.pub.pem'];

    const json = await run('report', 'compliance', '--format', 'json', '--drift', ...kept);
    expect(json.code).toBe(0);
    const { changes, summary } = JSON.parse(json.stdout) as {
      changes: ComplianceChange[];
      summary: ComplianceSummary;
    };
    expect(
      changes.flatMap(({ changeId, exceptions }) => exceptions.map((one) => `${changeId} ${one}`)),
    ).toEqual(['publish unfinished', 'publish manual-fix']);
    expect(changes.find(({ operation }) => operation === 'FIX')).toMatchObject({
      actor: { kind: 'human', name: 'ann', via: 'cli' },
      reason: REASON,
      tickets: ['SHOP-7'],
    });
    expect(summary).toMatchObject({ contiguous: true, verification: { ok: true, signedHeads: [{}] } });

    expect(await run('report', 'compliance', '--control', 'pci', '-o', 'report.html', ...kept)).toMatchObject(
      {
        code: 0,
        stdout: `✔ ${changes.length} changes in ${at('report.html')}\n`,
      },
    );
    expect(text('report.html')).toContain(
      '=cmd|&#39; /C calc&#39;!A0, as &#60;b&#62;SHOP-7&#60;/b&#62; says',
    );
    expect(text('report.html')).toContain('<td>6.5.1</td>');

    const csv = (await run('report', 'compliance', '--format', 'csv')).stdout;
    expect(csv.split('\r\n')).toHaveLength(changes.length + 2);
    expect(csv).toContain(`"'${REASON}"`);
  });

  it('is told to be incomplete where the history was altered', async () => {
    await run('execute');
    await workspace.audit.connection.query(
      `UPDATE flamingock_audit_entries SET author = 'eve' WHERE seq = 3`,
    );
    const { code, stdout, stderr } = await run('report', 'compliance');
    expect(code).toBe(3);
    expect(stdout).toContain('is NOT proven');
    expect(stderr).toContain('not proven to be complete: entry 3: content does not match its hash');
  });

  it('is refused with everything that is wrong with the request', async () => {
    const { code, stdout, stderr } = await run(
      ...['report', 'compliance', '--from', '2026-02-31', '--to', 'today', '--control', 'gdpr'],
      ...['--format', 'pdf', '--statement', 'heads.jsonl'],
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const fault of [
      '--from must be a date',
      '--to must be a date',
      '--control must be one of',
      '--format must be one of',
      'give both',
    ])
      expect(stderr).toContain(fault);
    const late = await run('report', 'compliance', '--from', '2026-03-01', '--to', '2026-02-01');
    expect(late.stderr).toContain('--from must be before "to", which is 2026-02-01');
  });
});
