import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  CreateDatabase,
  CreateTarget,
  StoredEntry,
  TestDatabase,
  TestTarget,
} from '../../support/test-database.js';
import type { FixtureOptions } from './fixtures/app.module.js';

/** Databases and files of one test, and what is in them, read past the library. */
export class Workspace<T extends TestDatabase = TestDatabase, N extends TestTarget = T> {
  private readonly folder = mkdtempSync(join(tmpdir(), 'flamingock-e2e-'));
  private readonly outbox = join(this.folder, 'outbox.txt');

  /** Whether the application has changes that share a commit. */
  isSharing = false;
  /** Whether it has a change made of steps. */
  isStepwise = false;

  private constructor(
    readonly audit: T,
    readonly target: T | N,
  ) {}

  /** `createTarget`: where the notes are kept, if not in the audit store's own database. */
  static async open<T extends TestDatabase, N extends TestTarget = T>(
    createAudit: CreateDatabase<T>,
    createTarget?: CreateTarget<N>,
  ): Promise<Workspace<T, N>> {
    const audit = await createAudit();
    const workspace = new Workspace<T, N>(audit, (await createTarget?.()) ?? audit);
    await workspace.target.createPlace('note');
    return workspace;
  }

  /** What a fixture is told, so that it works here. */
  get options(): FixtureOptions {
    const separate = this.target !== this.audit;
    return {
      audit: this.audit.options,
      ...(separate && { notes: this.target.options }),
      outbox: this.outbox,
      isSharing: this.isSharing,
      isStepwise: this.isStepwise,
    };
  }

  /** `change:STATE` of every entry, in order. */
  async history(): Promise<string[]> {
    return (await this.entries()).map(({ changeId, state }) => `${changeId}:${state}`);
  }

  entries(): Promise<StoredEntry[]> {
    return this.audit.entries('flamingock_');
  }

  lock(): ReturnType<TestDatabase['lock']> {
    return this.audit.lock();
  }

  notes(): Promise<string[]> {
    return this.target.values('note');
  }

  outboxLines(): string[] {
    return existsSync(this.outbox) ? readFileSync(this.outbox, 'utf8').trim().split('\n') : [];
  }

  async remove(): Promise<void> {
    if (this.target !== this.audit) await this.target.drop();
    await this.audit.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
