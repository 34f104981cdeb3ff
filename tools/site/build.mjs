// npm run docs [-- --base /path/ | --serve]: the documentation as a site of files in .tmp/site/dist. Its pages are the
// Markdown of the repository, at the same paths, and the API reference that typedoc makes of the sources.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { linksOf, targetOf } from '../markdown.mjs';
import { writeReference } from './reference.mjs';
import { API, pagePath, pagesOfSite } from './pages.mjs';
import { faultsOf } from './check.mjs';

const here = resolve('tools', 'site');
const home = resolve('.tmp', 'site');
const pages = join(home, 'pages');
const dist = join(home, 'dist');
const vitepress = join(home, 'node_modules', 'vitepress', 'bin', 'vitepress.js');

const { base, isServed } = parameters();
install();
rmSync(pages, { recursive: true, force: true });
for (const file of pagesOfSite()) stage(file);
await writeReference(join(pages, API), home);
configure();
run(process.execPath, [vitepress, 'build', pages, '--base', base]);
const faults = faultsOf(dist, base);
for (const fault of faults) console.log(fault);
if (faults.length > 0) process.exitCode = 1;
else if (isServed) run(process.execPath, [vitepress, 'serve', pages, '--base', base]);
else console.log(`The site is in ${dist}`);

function parameters() {
  const args = process.argv.slice(2);
  const at = args.indexOf('--base');
  return { base: at < 0 ? '/' : args[at + 1], isServed: args.includes('--serve') };
}

/** Apart from the root's packages, which everybody who builds installs. Typedoc and its peers are the root's. */
function install() {
  const lock = join(home, 'package-lock.json');
  const wanted = readFileSync(join(here, 'package-lock.json'), 'utf8');
  if (existsSync(vitepress) && readFileSync(lock, 'utf8') === wanted) return;
  mkdirSync(home, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(home, file));
  const quiet = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  run('npm', ['ci', '--prefix', home, ...quiet]);
}

/** A page, and the images that it shows. */
function stage(file) {
  copy(file, pagePath(file));
  for (const { href } of linksOf(file)) {
    const image = targetOf(file, href)?.file;
    if (/\.(?:svg|png)$/.test(image ?? '')) copy(image, image);
  }
}

function copy(from, to) {
  mkdirSync(dirname(join(pages, to)), { recursive: true });
  cpSync(from, join(pages, to));
}

function configure() {
  const folder = join(pages, '.vitepress');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.mjs'), `export { default } from '../../../../tools/site/config.mjs';\n`);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}
