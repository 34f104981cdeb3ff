import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram, type Instance } from '../../apps/e2e/fixture-process.js';
import type { InstanceOptions } from '../../apps/e2e/fixtures/main.js';

const BUILT = 'test/support/programs/dist/e2e.cjs';
const THIS_FORMAT = 'HISTORY_FORMAT=1';

/** A build of the fixture on libraries that write the next format of the history. */
export class NextBuild {
  /** Inside the checkout, where what is not in the bundle is found as ever. */
  private readonly folder: string;
  private readonly program: string;

  constructor() {
    const built = readFileSync(BUILT, 'utf8');
    if (!built.includes(THIS_FORMAT)) throw new TypeError(`${THIS_FORMAT} is nowhere in the build`);
    mkdirSync('.tmp', { recursive: true });
    this.folder = mkdtempSync(join('.tmp', 'next-build-'));
    this.program = join(this.folder, 'e2e.cjs');
    writeFileSync(this.program, built.replace(THIS_FORMAT, 'HISTORY_FORMAT=2'));
  }

  /** Starts an instance of it as a process of its own. */
  start(options: InstanceOptions): Instance {
    return startProgram(this.program, options);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
