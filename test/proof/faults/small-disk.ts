import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory of so many megabytes, which a test can fill. */
export class SmallDisk {
  private constructor(readonly path: string) {}

  /** @throws where this user may not mount one */
  static mount(megabytes: number): SmallDisk {
    const path = mkdtempSync(join(tmpdir(), 'flamingock-disk-'));
    const { status, stderr } = spawnSync(
      'mount',
      ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path],
      { encoding: 'utf8' },
    );
    if (status === 0) return new SmallDisk(path);
    rmSync(path, { recursive: true });
    throw new Error(`no file system can be mounted: ${stderr}`);
  }

  /** A folder that everybody may enter. */
  folder(): string {
    const folder = mkdtempSync(join(this.path, 'data-'));
    chmodSync(folder, 0o755);
    return folder;
  }

  /** Leaves not a byte. */
  fill(): void {
    const file = openSync(this.filler, 'a');
    try {
      for (let bytes = 1 << 20; bytes > 0; bytes = Math.floor(bytes / 2)) {
        while (isWritten(file, Buffer.alloc(bytes)));
      }
    } finally {
      closeSync(file);
    }
  }

  /** Gives back what {@link fill} took. */
  free(): void {
    rmSync(this.filler, { force: true });
  }

  unmount(): void {
    spawnSync('umount', ['--lazy', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }

  private get filler(): string {
    return join(this.path, 'filler');
  }
}

/** True if all of it was. */
function isWritten(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch {
    return false;
  }
}
