import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import type { ChangeStatements } from '@nestjs-flamingock/core/adapter';
import { FileSystemError, PathRefusedError } from '../files.errors.js';
import type { FileContent } from '../state/durable.js';
import type { ReadPath } from '../state/paths.js';
import type { FileActions } from './file-actions.js';
import type { FileEntry } from '../state/root-folder.js';
import { Files, type FileMode } from './files.js';

const MOST_PERMISSIONS = 0o7777;

/** The files of one change: nothing of it comes after the change's end, and it does not end before all of it has. */
export class ChangeFiles extends Files {
  private readonly streams = new Set<Readable>();

  constructor(
    private readonly actions: FileActions,
    private readonly readPath: ReadPath,
    private readonly statements: ChangeStatements,
  ) {
    super();
  }

  async write(path: string, content: FileContent, options: FileMode = {}): Promise<void> {
    checkMode(path, options.mode);
    await this.alter('write', [path], (at) => this.actions.write(at, content, options));
  }

  async append(path: string, content: FileContent): Promise<void> {
    await this.alter('append', [path], (at) => this.actions.append(at, content));
  }

  async move(from: string, to: string): Promise<void> {
    if (to.startsWith(`${from}/`))
      throw new PathRefusedError(to, `is in "${from}", which cannot move into itself`);
    await this.alter('move', [from, to], async (at, other) => {
      if (at !== other) await this.actions.move(at, other);
    });
  }

  async remove(path: string): Promise<void> {
    await this.alter('remove', [path], (at) => this.actions.remove(at));
  }

  async mkdir(path: string, options: FileMode = {}): Promise<void> {
    checkMode(path, options.mode);
    await this.alter('mkdir', [path], (at) => this.actions.mkdir(at, options));
  }

  async chmod(path: string, mode: number): Promise<void> {
    checkMode(path, mode);
    await this.alter('chmod', [path], (at) => this.actions.chmod(at, mode));
  }

  async read(path: string): Promise<Buffer> {
    return this.ask('read', path, (at) => this.withFile(at, (file) => file.readFile()));
  }

  async readText(path: string): Promise<string> {
    return this.ask('read', path, (at) => this.withFile(at, (file) => file.readFile('utf8')));
  }

  async stream(path: string): Promise<Readable> {
    const file = await this.ask('stream', path, (at) => this.actions.open(at));
    const stream = file.createReadStream();
    const end = this.statements.begin(`stream "${path}"`);
    this.streams.add(stream);
    stream.once('close', () => {
      this.streams.delete(stream);
      end();
    });
    return stream;
  }

  /** Ends the change: what is on its way fails it, streams that nobody has read to their end included. */
  async seal(): Promise<void> {
    await this.statements.seal(undefined, (ended) => {
      for (const stream of this.streams) stream.destroy();
      return ended;
    });
  }

  async exists(path: string): Promise<boolean> {
    return (await this.ask('exists', path, (at) => this.actions.kindOf(at))) !== undefined;
  }

  async list(path?: string): Promise<readonly FileEntry[]> {
    if (path !== undefined) return this.ask('list', path, (at) => this.actions.list(at));
    return this.perform('list the root', () => this.actions.list(''));
  }

  private async withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await this.actions.open(path);
    return work(file).finally(() => file.close());
  }

  private ask<T>(what: string, path: string, work: (path: string) => Promise<T>): Promise<T> {
    return this.perform(`${what} "${path}"`, () => work(this.readPath(path)));
  }

  private alter(
    what: string,
    [path, other = path]: readonly [string, string?],
    work: (path: string, other: string) => Promise<void>,
  ): Promise<void> {
    const text = `${what} "${path}"`;
    if (this.statements.mayOnlyRead) {
      throw new ReadOnlyStatementError(this.statements.changeId, text, 'Use read, stream, exists or list.');
    }
    this.statements.noteWrite();
    return this.perform(text, () => work(this.readPath(path), this.readPath(other)));
  }

  private async perform<T>(text: string, work: () => Promise<T>): Promise<T> {
    await this.statements.admission(text);
    const failing = (error: unknown): never => {
      throw FileSystemError.of(text, error);
    };
    return this.statements.track(text, Promise.resolve().then(work).catch(failing));
  }
}

function checkMode(path: string, mode: number | undefined): void {
  const isSound = mode === undefined || (Number.isInteger(mode) && mode >= 0 && mode <= MOST_PERMISSIONS);
  if (!isSound) throw new PathRefusedError(path, `is given the mode ${String(mode)}, which is none`);
}
