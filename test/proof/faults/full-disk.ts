import { withApplication } from '../../apps/e2e/boot.js';
import { Workspace } from '../../apps/e2e/workspace.js';
import type { NotesOptions } from '../../apps/e2e/fixtures/notes.js';
import type { DatabaseOptions } from '../../support/fixtures/database.js';
import type { CreateDatabase, CreateTarget } from '../../support/test-database.js';
import { tryFault, type Trial } from './trial.js';

/** Where a database has no space left. */
export interface FullDisk {
  readonly title: string;
  readonly audit: CreateDatabase;
  readonly target?: CreateTarget;
  /** When it is full: before the start, or at a point that a change reaches. */
  readonly at: string;
  fill(): void;
  free(): void;
  /** Makes a database one that can be full. @default as it is */
  readonly limited?: (options: DatabaseOptions) => DatabaseOptions;
}

/** So short that an entry that cannot be written is given up soon. */
const SETTINGS = { lock: { leaseMs: 2_000, retryMs: 50 } };

/** One start, for which the space runs out. */
export async function fillDisk(disk: FullDisk): Promise<Trial> {
  const { title, audit, target, at, limited } = disk;
  const workspace = await Workspace.open(audit, target);
  const { options } = workspace;
  const limits = limited?.(databaseOf(workspace.target.options));
  const full = limits && (options.notes ? { notes: limits } : { audit: limits });
  const onReach = async (point: string): Promise<void> => {
    if (point === at) disk.fill();
  };
  try {
    if (at === 'before the start') disk.fill();
    return await tryFault({
      what: 'disk full',
      title: `${title}, ${at}`,
      workspace,
      start: () =>
        withApplication({ ...options, ...full, settings: SETTINGS, onReach }, (flamingock) =>
          flamingock.execute(),
        ),
      heal: async () => disk.free(),
      mustApply: false,
    });
  } finally {
    disk.free();
    await workspace.remove();
  }
}

function databaseOf(options: NotesOptions): DatabaseOptions {
  if ('typeorm' in options || 'mongoose' in options) return options;
  throw new Error('only a database has a limit of its own');
}
