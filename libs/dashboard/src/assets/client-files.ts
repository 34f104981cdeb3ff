import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DashboardFilesError } from '../options/dashboard.errors.js';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A file of the pages. */
export class ClientFile {
  private zipped: Buffer | undefined;

  constructor(
    readonly type: string,
    readonly content: Buffer,
  ) {}

  /** The same for clients that take gzip. */
  get gzip(): Buffer {
    return (this.zipped ??= gzipSync(this.content));
  }
}

/** The files of the pages, all in memory: what is asked for is a name in a list, and never becomes a path. */
export interface ClientFiles {
  readonly page: ClientFile;
  readonly assets: ReadonlyMap<string, ClientFile>;
}

/**
 * Reads the pages, a few files.
 *
 * @throws DashboardFilesError
 */
export function clientFiles(given?: string): ClientFiles {
  const looked: string[] = [];
  for (const folder of given === undefined ? ownFolders() : [given]) {
    if (existsSync(join(folder, 'index.html'))) return filesIn(folder);
    looked.push(folder);
  }
  throw new DashboardFilesError(looked);
}

function filesIn(folder: string): ClientFiles {
  try {
    const assets = readdirSync(join(folder, 'assets'), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, fileAt(join(folder, 'assets', name))] as const);
    return { page: fileAt(join(folder, 'index.html')), assets: new Map(assets) };
  } catch (cause) {
    throw new DashboardFilesError([folder], { cause });
  }
}

function fileAt(path: string): ClientFile {
  return new ClientFile(TYPES[extname(path)] ?? 'application/octet-stream', readFileSync(path));
}

/** Beside the bundle of this package; where this code was bundled into another file, in the package that is installed. */
function* ownFolders(): Generator<string> {
  // eslint-disable-next-line no-restricted-globals -- the bundle is CommonJS, and knows where it is; specs are no bundle
  if (typeof __dirname === 'string') yield join(__dirname, '..', 'client');
  const application = createRequire(join(process.cwd(), 'package.json'));
  try {
    yield join(dirname(application.resolve('@nestjs-flamingock/dashboard/package.json')), 'dist', 'client');
  } catch {
    // It is not installed beside the application.
  }
}
