import { spawnSync } from 'node:child_process';

it('specs of mutated rooms find all they import where Stryker runs them', () => {
  const load = spawnSync(process.execPath, ['test/proof/mutation/load.mjs'], { encoding: 'utf8' });
  expect({ status: load.status, said: load.status === 0 ? '' : load.stderr }).toEqual({
    status: 0,
    said: '',
  });
}, 180_000);
