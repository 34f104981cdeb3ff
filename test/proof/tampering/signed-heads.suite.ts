import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry, Envelope } from '@nestjs-flamingock/core';
import { chainEntries, GENESIS_HASH } from '@nestjs-flamingock/core/adapter';
import { onFixture } from '../../apps/cli/flamingock.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import type { CreateDatabase, TestDatabase } from '../../support/test-database.js';
import type { HistoryAccess } from './stored-history.js';

/** What signed heads find, by the command and a real application, whatever the store. */
export function signedHeadsSuite<T extends TestDatabase>(
  create: CreateDatabase<T>,
  accessTo: (database: T) => HistoryAccess,
): void {
  let workspace: Workspace<T>;
  let folder: string;
  let access: HistoryAccess;
  let heads: string;
  let verify: string[];

  beforeEach(async () => {
    workspace = await Workspace.open(create);
    access = accessTo(workspace.audit);
    folder = mkdtempSync(join(tmpdir(), 'flamingock-heads-'));
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(folder, 'evidence.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(join(folder, 'evidence.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
    heads = join(folder, 'heads.jsonl');
    verify = ['audit', 'verify', '--statement', heads, '--public-key', join(folder, 'evidence.pub.pem')];
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await workspace.remove();
  });

  /** The application of yesterday has fewer changes than that of today. */
  const run = (args: string[], changeCount?: number) =>
    onFixture({
      ...workspace.options,
      ...(changeCount !== undefined && { changeCount }),
      settings: { evidence: { keyFile: join(folder, 'evidence.pem') } },
    })(args);
  /** Applies changes, and keeps the signed head that the run reports. */
  async function apply(changeCount?: number): Promise<void> {
    const { code, stdout } = await run(['execute', '--json'], changeCount);
    expect(code).toBe(0);
    const { signedHead } = JSON.parse(stdout) as { signedHead: Envelope };
    const kept = changeCount === undefined ? readFileSync(heads, 'utf8') : '';
    writeFileSync(heads, `${kept}${JSON.stringify(signedHead)}\n`);
  }

  it('are those of the history as long as nobody alters it', async () => {
    await apply(2);
    await apply();
    const { code, stdout } = await run(verify);
    expect(code).toBe(0);
    expect(stdout).toContain('2 signed heads are in it, the last of entry 8, signed at ');
    expect((await run([...verify, '--json'])).stdout).toContain('"signedHeads"');
  });

  it("tell where history was cut, once yesterday's backup is restored", async () => {
    await apply(2);
    const backup = await access.read();
    await apply();
    const restoring = accessTo(workspace.audit);
    await restoring.read();
    await restoring.write(backup);
    // Without what was kept elsewhere there is nothing to see.
    expect(await run(['audit', 'verify'], 2)).toMatchObject({ code: 0 });

    const { code, stdout } = await run(verify, 2);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /entry 5: and all up to entry 8 are missing, though the head that was signed at \S+ names entry 8/,
    );
    expect(stdout).toMatch(/It is what was signed up to entry 4, at /);
  });

  it('tell of a history that was rewritten whole, hashes and head included', async () => {
    await apply(2);
    await apply();
    const { stdout: exported } = await run(['audit', 'export']);
    const { entries, head } = await access.read();
    const forged = chainEntries(
      { seq: 0, hash: GENESIS_HASH },
      (JSON.parse(exported) as AuditEntry[]).map((entry) => ({
        record: { ...entry, author: 'eve' },
        createdAt: entry.createdAt,
      })),
    );
    await access.write({
      entries: entries.map((entry, index) => {
        const { author, hash, prevHash } = forged[index]!;
        return { ...entry, author, hash, [access.names.prevHash]: prevHash };
      }),
      head: { ...head, hash: forged.at(-1)?.hash },
    });
    expect(await run(['audit', 'verify'])).toMatchObject({ code: 0 });
    const { code, stdout } = await run(verify);
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /entry 4 of "publish": is not the entry that the head that was signed at \S+ names/,
    );
  });

  it('are signed on demand, and not over an end that somebody has altered', async () => {
    await apply(2);
    expect(await run(['head', 'sign', '-o', heads])).toMatchObject({ code: 0 });
    expect((await run(verify, 2)).stdout).toContain('2 signed heads are in it');

    const { entries, head } = await access.read();
    await access.write({
      head,
      entries: entries.map((entry, index) => (index === 3 ? { ...entry, author: 'eve' } : entry)),
    });
    const { code, stderr } = await run(['head', 'sign']);
    expect(code).toBe(1);
    expect(stderr).toContain('was altered');
  });
}
