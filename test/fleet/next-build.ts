import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startProgram, type Instance } from '../e2e/fixture-process.js';
import type { InstanceOptions } from '../e2e/fixture/main.js';

const PACKAGES = ['core', 'typeorm', 'mongoose', 'kafka', 'redis', 'testing'];
const THIS_FORMAT = 'HISTORY_FORMAT = 1';

/** A build of the fixture on libraries that write the next format of the history. */
export class NextBuild {
  /** Inside the checkout, where everything but our own packages is found as ever. */
  private readonly folder: string;

  constructor() {
    mkdirSync('.tmp', { recursive: true });
    this.folder = mkdtempSync(join('.tmp', 'next-build-'));
    for (const name of PACKAGES) {
      const to = join(this.folder, 'node_modules/@nestjs-flamingock', name);
      cpSync(join('libs', name, 'package.json'), join(to, 'package.json'));
      cpSync(join('libs', name, 'dist'), join(to, 'dist'), { recursive: true });
    }
    cpSync('test/e2e/dist', join(this.folder, 'fixture'), { recursive: true });
    const core = join(this.folder, 'node_modules/@nestjs-flamingock/core/dist/bundle/index.js');
    const built = readFileSync(core, 'utf8');
    if (!built.includes(THIS_FORMAT)) throw new TypeError(`${THIS_FORMAT} is nowhere in the build`);
    writeFileSync(core, built.replace(THIS_FORMAT, 'HISTORY_FORMAT = 2'));
  }

  /** Starts an instance of it as a process of its own. */
  start(options: InstanceOptions): Instance {
    return startProgram(relative('.', join(this.folder, 'fixture/e2e/fixture/main.js')), options);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
