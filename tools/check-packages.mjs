// Packs every library as npm would publish it and checks the tarball: its contents, its metadata, the links of its README,
// publint, attw.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { linksOf } from './markdown.mjs';
import { manifest, packLibraries, SHARED } from './pack.mjs';
import { manifestFaults, REPOSITORY } from './published.mjs';

const METADATA = ['description', 'keywords', 'license', 'engines', 'exports', 'types', 'sideEffects'];
/** Files of others: of Grafana and Prometheus. */
const DASHBOARDS = 'dashboards';
const SHIPPED = ['package.json', 'README.md', 'LICENSE'];

/** What is in the tarball and should not be, or the other way round. */
function contentFaults({ folder, files }) {
  const missing = SHIPPED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`);
  const foreign = files.filter((file) => !SHIPPED.includes(file)).flatMap((file) => fileFault(folder, file));
  const fields = manifest(folder);
  const unset = METADATA.filter((field) => fields[field] === undefined).map(
    (field) => `package.json: no ${field}`,
  );
  return [...missing, ...foreign, ...unset, ...manifestFaults(folder), ...linkFaults(folder)];
}

function fileFault(folder, file) {
  const { bin = {}, schematics } = manifest(folder);
  // What a command links to, and what Nest's command, Grafana and Prometheus read: the only things that are not built.
  if (Object.values(bin).includes(file) || file === `dist/bundle/${SHARED}`) return [];
  if (schematics !== undefined && dirname(join(folder, file)) === dirname(join(folder, schematics)))
    return [];
  if (dirname(file) === DASHBOARDS) return [];
  // The page of the dashboard, which is built of its own sources.
  if (existsSync(join(folder, 'client')) && file.startsWith('dist/client/')) return [];
  const [, stem] = /^dist\/(?:bundle\/)?(.*?)(?:\.d\.ts|\.js)$/.exec(file) ?? [];
  if (stem === undefined || /\.spec$/.test(stem)) return [`${file} does not belong in the package`];
  const source = join(folder, 'src', `${stem}.ts`);
  return existsSync(source) ? [] : [`${file} has no source: npm run clean, then npm run build`];
}

/** A packed README is read far from the repository. That what it links to is there says lint:links. */
function linkFaults(folder) {
  const relative = linksOf(`${folder.replaceAll('\\', '/')}/README.md`).filter(
    ({ href }) => !/^(https?:|#)/.test(href),
  );
  return relative.map(
    ({ href, line }) => `README.md:${line}: ${href} is relative: write ${REPOSITORY}/blob/main/…`,
  );
}

async function publintFaults({ tarball }) {
  const { messages, pkg } = await publint({ pack: { tarball: arrayBuffer(tarball) }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

function arrayBuffer(path) {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

function attwFaults({ tarball }) {
  const args = ['node_modules/@arethetypeswrong/cli/dist/index.js', tarball, '--no-color', '--no-emoji'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return status === 0 ? [] : [`attw:\n${stdout}${stderr}`];
}

const destination = mkdtempSync(join(tmpdir(), 'flamingock-pack-'));
try {
  for (const packed of packLibraries(destination)) {
    const faults = [...contentFaults(packed), ...(await publintFaults(packed)), ...attwFaults(packed)];
    console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${packed.name} (${packed.files.length} files)`);
    for (const fault of faults) console.log(`     ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(destination, { recursive: true, force: true });
}
