import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockHold } from '@nestjs-flamingock/core/adapter';
import { entryAt } from './root-folder.js';
import { syncFolder, writeSynced } from './durable.js';
import { unless } from './file-system-failure.js';

/** The folders of a target system's own, below its state folder. */
export class StateFolder {
  constructor(
    readonly path: string,
    /** Makes names that nobody else makes. */
    private readonly uuid: () => string,
  ) {}

  /** Numbered states, the newest of which counts. */
  get steps(): string {
    return join(this.path, 'steps');
  }

  /** What changes have staged, and drafts of states. */
  get staged(): string {
    return join(this.path, 'staged');
  }

  /** Folders whose files are all in place. */
  get done(): string {
    return join(this.path, 'done');
  }

  async make(): Promise<void> {
    for (const folder of [this.steps, this.staged, this.done]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    await syncFolder(this.path);
  }

  /** A name that begins with whose it is: what a former holder has left can be told by it. */
  newName(hold: LockHold): string {
    return `${beginOf(hold)}.${this.uuid()}`;
  }

  /** Removes what former holders of the service's lock have staged, and what is in place. */
  async clean(hold: LockHold): Promise<void> {
    const [service] = beginOf(hold).split('.');
    for (const name of await readdir(this.staged)) {
      const [of, token] = name.split('.');
      const isFormer = of === service && Number(token) <= hold.token && !name.startsWith(beginOf(hold));
      if (isFormer) await discard(join(this.staged, name));
    }
    for (const name of await readdir(this.done)) await discard(join(this.done, name));
  }
}

function beginOf({ service, token, owner }: LockHold): string {
  return `${digest(service)}.${token}.${digest(owner)}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** One thing that puts files into place. Each moves something that only it has, or to where only it can. */
export type Operation =
  { readonly put: string; readonly from: number; readonly isFolder: boolean } | { readonly remove: string };

/** What one change has staged: new files, and room for what they push aside. */
export class StagedFolder {
  private made: Promise<unknown> | undefined;
  private count = 0;

  constructor(
    private readonly state: StateFolder,
    readonly name: string,
  ) {}

  /** Makes it, unless it is there. */
  make(): Promise<unknown> {
    this.made ??= Promise.all(
      ['new', 'old'].map((part) => mkdir(join(this.path, part), { recursive: true, mode: 0o700 })),
    );
    return this.made;
  }

  /** A number under which nothing is staged yet. */
  nextNumber(): number {
    this.count += 1;
    return this.count;
  }

  /** Where something new is staged. */
  newAt(number: number): string {
    return join(this.path, 'new', String(number));
  }

  /** Where something is put that the operation of this number removes. */
  oldAt(number: number): string {
    return join(this.path, 'old', String(number));
  }

  /** Whether it is there still: once its files are in place, it is not. */
  async isThere(): Promise<boolean> {
    return (await entryAt(this.path)) !== undefined;
  }

  /** Makes all that is staged durable, with what is to be done with it. @returns a digest of the latter. */
  async seal(operations: readonly Operation[]): Promise<string> {
    await this.make();
    const text = JSON.stringify(operations);
    await writeSynced(this.list, text);
    for (const folder of [join(this.path, 'new'), join(this.path, 'old'), this.path, this.state.staged]) {
      await syncFolder(folder);
    }
    return digest(text);
  }

  get list(): string {
    return join(this.path, 'operations.json');
  }

  get path(): string {
    return join(this.state.staged, this.name);
  }

  /** Takes it away at once, so that nothing can be moved out of it or into it any more, and then removes it. */
  async finish(): Promise<void> {
    const done = join(this.state.done, this.name);
    await rename(this.path, done).catch(unless(undefined, 'ENOENT'));
    await discard(done);
  }

  async remove(): Promise<void> {
    await discard(this.path);
  }
}

/**
 * Removes what nobody needs any more. What cannot be removed now, as while its former holder still writes into it, is
 * by a later claim: nothing else depends on it.
 */
async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

/** Whether a text of operations is the one that was sealed. */
export function isSealed(text: string, sealed: string): boolean {
  return digest(text) === sealed;
}
