import { jest } from '@jest/globals';
import type { DataSourceOptions } from 'typeorm';
import { FileNotes } from '../../support/file-notes.js';
import { describeOn } from '../../support/services/describe-on.js';
import { OwnServer } from '../../support/services/own-server.mjs';
import type { DatabaseOptions } from '../../support/fixtures/database.js';
import { mariadbDatabase, postgresDatabase, sqliteFile, sqliteFileWith } from '../../support/sql-database.js';
import type { CreateDatabase } from '../../support/test-database.js';
import { chooser } from './extent.js';
import { fillDisk } from './full-disk.js';
import { sideBySide } from './side-by-side.js';
import { SmallDisk } from './small-disk.js';
import type { Trial } from './trial.js';
import { Verdicts } from './verdicts.js';

jest.setTimeout(600_000);

const verdicts = new Verdicts();
const KINDS = ['shared', 'separate'] as const;
const POINTS = ['before the start', 'inside the transaction', 'half of publish', 'half of warm-up'];

interface Handle {
  pragma(text: string): void;
}

const prepare = (...pragmas: string[]): Partial<DataSourceOptions> => ({
  prepareDatabase: (file: Handle) => pragmas.forEach((pragma) => file.pragma(pragma)),
});

/** So small that nearly everything that is written needs another one. */
const SMALL_PAGES = 'page_size = 512';
const smallPages = sqliteFileWith(prepare(SMALL_PAGES));

/** SQLite's own limit: it fails as on a full disk, in the middle of a statement. */
const limitedTo =
  (pages: number) =>
  (options: DatabaseOptions): DatabaseOptions => {
    const { typeorm } = options as { typeorm: DataSourceOptions };
    const limit = prepare(SMALL_PAGES, `max_page_count = ${pages}`);
    return { typeorm: { ...typeorm, ...limit } as DataSourceOptions };
  };

describe('a database that has no space left', () => {
  const chosen = chooser(11);

  it.each(KINDS)('leaves what is recorded, and the next start goes on: SQLite, %s', async (kind) => {
    const pages = chosen(Array.from({ length: 30 }, (_, index) => 2 * index + 2));
    const trials = await sideBySide(1, pages, (count) =>
      fillDisk({
        title: `${count} pages`,
        audit: smallPages,
        ...(kind === 'separate' && { target: smallPages }),
        at: 'its limit',
        fill: () => undefined,
        free: () => undefined,
        limited: limitedTo(count),
      }),
    );
    verdicts.expectRight(`SQLite, ${kind}`, trials);
  });
});

/** A disk, where this user may mount one. Where CI is root, it must. */
function mounted(megabytes: number): SmallDisk | undefined {
  try {
    return SmallDisk.mount(megabytes);
  } catch (error) {
    if (process.env['CI'] && process.getuid?.() === 0) throw error;
    process.stderr.write(`not run: ${String(error)}\n`);
    return undefined;
  }
}

/** One start, with the changes, or history and changes, on a disk that has no space left. */
function fillUp(
  disk: SmallDisk,
  create: CreateDatabase,
  { at, kind }: { at: string; kind: (typeof KINDS)[number] },
): Promise<Trial> {
  return fillDisk({
    title: kind,
    ...(kind === 'shared' ? { audit: create } : { audit: sqliteFile, target: create }),
    at,
    fill: () => disk.fill(),
    free: () => disk.free(),
  });
}

describe('a file on a disk that is full', () => {
  const chosen = chooser(3);

  it.each(KINDS)('leaves what is recorded, and the next start goes on: SQLite, %s', async (kind) => {
    const disk = mounted(4);
    if (!disk) return;
    try {
      const onDisk = sqliteFileWith({}, disk.path);
      const trials = await sideBySide(1, chosen(POINTS), (at) => fillUp(disk, onDisk, { at, kind }));
      verdicts.expectRight(`SQLite on a small disk, ${kind}`, trials);
    } finally {
      disk.unmount();
    }
  });
});

describe('a folder on a disk that is full', () => {
  const chosen = chooser(2);

  it('leaves what is recorded, and the next start goes on: SQLite and files', async () => {
    const disk = mounted(4);
    if (!disk) return;
    try {
      const trials = await sideBySide(1, chosen(POINTS), (at) =>
        fillDisk({
          title: 'separate',
          audit: sqliteFile,
          target: FileNotes.in(disk.path),
          at,
          fill: () => disk.fill(),
          free: () => disk.free(),
        }),
      );
      verdicts.expectRight('files on a small disk', trials);
    } finally {
      disk.unmount();
    }
  });
});

await describeOn(['postgres', 'mariadb'], 'a server whose disk is full', () => {
  const chosen = chooser(5);

  it.each([
    ['PostgreSQL', 'postgres', 200, postgresDatabase],
    ['MariaDB', 'mariadb', 400, mariadbDatabase],
  ] as const)(
    'leaves what is recorded, and the next start goes on: %s',
    async (title, name, size, database) => {
      const disk = mounted(size);
      if (!disk) return;
      const server = await OwnServer.start(name, { parent: disk.folder() });
      try {
        const create: CreateDatabase = database(server.url);
        const cases = chosen(POINTS.flatMap((at) => KINDS.map((kind) => ({ at, kind }))));
        const trials = await sideBySide(1, cases, (one) => fillUp(disk, create, one));
        verdicts.expectRight(title, trials);
      } finally {
        await server.remove();
        disk.unmount();
      }
    },
  );
});
