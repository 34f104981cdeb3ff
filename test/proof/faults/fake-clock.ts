import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FOLDERS = '/usr/lib';

/** A clock of its own for a server's process, which a test can set while the server runs (libfaketime). */
export class FakeClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'flamingock-clock-'));
  private readonly file = join(this.folder, 'offset');

  private constructor(private readonly library: string) {
    chmodSync(this.folder, 0o755);
    this.shift(0);
  }

  /** Undefined where the library is not installed. */
  static find(): FakeClock | undefined {
    const library = readdirSync(FOLDERS)
      .map((folder) => join(FOLDERS, folder, 'faketime'))
      .flatMap((folder) => filesIn(folder).map((name) => join(folder, name)))
      .find((path) => path.endsWith('/libfaketime.so.1'));
    return library === undefined ? undefined : new FakeClock(library);
  }

  /** What the server's process needs in its environment. */
  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      // What waits for a while, waits for as long as it says.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** Sets it that much ahead of the machine's, or behind. */
  shift(seconds: number): void {
    writeFileSync(this.file, `${seconds < 0 ? '' : '+'}${seconds}`, { mode: 0o644 });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
