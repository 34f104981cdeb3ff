// Removes what the build wrote, outputs of deleted sources included (tsc -b --clean leaves those).
import { readdirSync, rmSync } from 'node:fs';

const folders = ['libs', 'apps', 'test', 'test/apps', 'test/proof', 'test/support'].flatMap((parent) =>
  readdirSync(parent).map((name) => `${parent}/${name}`),
);
for (const folder of folders) {
  for (const output of ['dist', 'tsconfig.tsbuildinfo'])
    rmSync(`${folder}/${output}`, { recursive: true, force: true });
}
