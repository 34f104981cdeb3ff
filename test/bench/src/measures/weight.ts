import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atMost, type Section } from '../harness/section.js';

const MEGABYTE = 2 ** 20;

/** What core and typeorm add to an application of Nest and TypeORM: nothing but themselves. */
export async function weight(): Promise<Section> {
  const packages = ['core', 'typeorm'].map(weigh);
  const total = packages.reduce((sum, { megabytes }) => sum + megabytes, 0);
  const dependencies = packages.reduce((sum, one) => sum + one.dependencies, 0);
  return {
    title: 'weight: what an installation adds',
    head: ['', 'installed, MB', 'files', 'dependencies'],
    rows: packages.map(({ name, megabytes, files, dependencies: own }) => [
      name,
      megabytes.toFixed(2),
      String(files),
      String(own),
    ]),
    aims: [atMost('dependencies', dependencies, 0, 'packages'), atMost('installed', total, 1, 'MB')],
  };
}

function weigh(library: string) {
  const folder = fileURLToPath(new URL(`../../../../libs/${library}/`, import.meta.url));
  const { name, dependencies = {} } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as {
    readonly name: string;
    readonly dependencies?: object;
  };
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
  const [contents] = Object.values(JSON.parse(packed.toString()) as Record<string, Contents>);
  if (!contents) throw new Error(`npm packed nothing of ${name}`);
  const megabytes = contents.unpackedSize / MEGABYTE;
  return { name, megabytes, files: contents.entryCount, dependencies: Object.keys(dependencies).length };
}

interface Contents {
  readonly unpackedSize: number;
  readonly entryCount: number;
}
