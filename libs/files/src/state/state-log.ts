import { link, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockHold, Marker } from '@nestjs-flamingock/core/adapter';
import { FilesStateError } from '../files.errors.js';
import { syncFolder, writeSynced } from './durable.js';
import { codeOf, unless } from './file-system-failure.js';
import { rollForward, type Pending } from './roll-forward.js';
import { entryAt, RootFolder } from './root-folder.js';
import { StagedFolder, type StateFolder } from './staging.js';
import type { FilesSettings } from '../files.options.js';

/** The last hold that has claimed the files for a service, and how often markers were read behind it. */
export interface Fence extends LockHold {
  readonly reads: number;
}

/** All that a target system knows, as one step leaves it. */
export interface State {
  readonly format: 1;
  readonly fences: readonly Fence[];
  readonly markers: readonly Marker[];
  /** How many changes have altered files. */
  readonly edits: number;
  /** What the last of them did; in place before anything else is. */
  readonly pending?: Pending;
  /** Names of the last steps, this one included. */
  readonly trail: readonly string[];
}

/** What a step makes of the state before it; its trail follows by itself. */
export type NextState = Omit<State, 'format' | 'trail'>;

/** Steps that a state names: enough to find out of one whether it was a step, unless it stood still for very long. */
const TRAIL = 64;
const EMPTY: State = { format: 1, fences: [], markers: [], edits: 0, trail: [] };
const FILE = /^(\d+)\.json$/;

/** A step was made or not: the file system did not say. */
export class UnknownStepError extends Error {
  constructor(cause: unknown) {
    super('it is not known whether the step was made', { cause });
  }
}

/** A chain of states, of which the newest counts. Linking the next number into place is all that alters it. */
export class StateLog {
  constructor(
    private readonly settings: FilesSettings,
    private readonly folder: StateFolder,
  ) {}

  /** The newest state. Writes nothing. */
  async latest(): Promise<{ readonly number: number; readonly state: State }> {
    for (;;) {
      const number = Math.max(0, ...(await this.numbers()));
      if (number === 0) return { number, state: EMPTY };
      const file = this.fileOf(number);
      const text = await readFile(file, 'utf8').catch(unless(undefined, 'ENOENT'));
      // Removed since, because a newer one is there.
      if (text !== undefined) return { number, state: parsed(file, text) };
    }
  }

  /** The newest state, with all files in place. */
  async settled(): Promise<{ readonly number: number; readonly state: State }> {
    const version = await this.latest();
    const { pending } = version.state;
    if (!pending) return version;
    const staged = new StagedFolder(this.folder, pending.folder);
    if (!(await staged.isThere())) return version;
    // Whoever made the step may have been stopped before it was durable.
    await syncFolder(this.folder.steps);
    await rollForward(await RootFolder.find(this.settings), staged, pending.digest);
    return version;
  }

  /**
   * Makes the next step, durably. `next` says, given the newest state, what the state is then, or throws; it is
   * asked again whenever somebody else was faster.
   *
   * @throws UnknownStepError where it may have been made; any other error says that it was not.
   */
  async publish(name: string, next: (state: State) => NextState): Promise<State> {
    const draft = join(this.folder.staged, `${name}.json`);
    try {
      for (;;) {
        const { number, state: newest } = await this.settled();
        const { pending: _inPlace, ...before } = newest;
        const trail = [...before.trail, name].slice(-TRAIL);
        const state: State = { ...next(before), format: 1, trail };
        await rm(draft, { force: true });
        await writeSynced(draft, JSON.stringify(state));
        if (await this.hasLinked(draft, number + 1, name)) return state;
      }
    } finally {
      // A draft that cannot be removed says nothing of the step; a later claim removes it.
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  /** The one conditional step: of those who try a number, one succeeds. */
  private async hasLinked(draft: string, number: number, name: string): Promise<boolean> {
    try {
      await link(draft, this.fileOf(number));
    } catch (error) {
      // A draft that is gone was removed by a later holder, whose fence is met in the next round.
      const isGone = codeOf(error) === 'ENOENT' && !(await entryAt(draft));
      if (isGone || codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      await syncFolder(this.folder.steps);
      const { number: newest, state } = await this.latest();
      // Numbers are removed once newer ones are there: one that was free may be one that was taken before.
      if (newest > number && !state.trail.includes(name)) {
        if (newest - number < TRAIL) return false;
        throw new FilesStateError(this.fileOf(number), 'was overtaken long ago');
      }
      await this.prune(newest);
      return true;
    } catch (error) {
      throw new UnknownStepError(error);
    }
  }

  private async prune(newest: number): Promise<void> {
    const older = (await this.numbers()).filter((number) => number < newest);
    for (const number of older) await rm(this.fileOf(number), { force: true });
  }

  private async numbers(): Promise<number[]> {
    const names = await readdir(this.folder.steps).catch(unless([], 'ENOENT', 'ENOTDIR'));
    return names.map((name) => Number(FILE.exec(name)?.[1] ?? 0)).filter((number) => number > 0);
  }

  private fileOf(number: number): string {
    return join(this.folder.steps, `${number}.json`);
  }
}

function parsed(file: string, text: string): State {
  let state: State;
  try {
    state = JSON.parse(text) as State;
  } catch (cause) {
    throw new FilesStateError(file, 'is no JSON', { cause });
  }
  const { format } = state as { format: unknown };
  if (format !== 1)
    throw new FilesStateError(file, `has format ${String(format)}, which a later version writes`);
  return state;
}
