import { runToEnd } from './run-to-end.mjs';

/** A package of npm's in `node_modules` of `folder`. */
export async function installFromNpm(folder, name, version) {
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--no-package-lock'];
  await runToEnd('npm', ['install', ...options, `${name}@${version}`]);
}
