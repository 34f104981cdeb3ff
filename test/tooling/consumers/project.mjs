import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sh } from './sh.mjs';
import { copyDriverBuild } from './toolchain.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const overlay = join(here, 'overlay');
/** Major of @nestjs/config that goes with a major of Nest. */
const CONFIG_OF = { 11: 4, 12: 12 };

/** Makes the project from its official template. */
export async function generate({ name, node, schematics, options = [] }, { project, workshop, tools }) {
  const args = [tools.schematics[schematics], '@nestjs/schematics:application', `--name=${name}`, ...options];
  await sh('node', [...args, '--language=ts', '--package-manager=npm'], {
    cwd: workshop,
    env: tools.env[node],
  });
  readFileSync(join(project, 'package.json'));
}

/** Clients of target systems, at the versions that are tested here. */
const { '@aws-sdk/client-s3': s3, '@opensearch-project/opensearch': opensearch } = JSON.parse(
  readFileSync(join(here, '..', '..', '..', 'package.json'), 'utf8'),
).devDependencies;
const CLIENTS = { '@aws-sdk/client-s3': s3, '@opensearch-project/opensearch': opensearch };

/** What the templates' applications use. */
const USED = [
  'core',
  'typeorm',
  'terminus',
  'opentelemetry',
  'alerts',
  'dashboard',
  'http',
  'files',
  's3',
  'opensearch',
  'testing',
  'cli',
  'schematics',
].map((name) => `@nestjs-flamingock/${name}`);

/** Installs the template's dependencies, the packed libraries and what they are used with. */
export async function install({ node, schematics, typeorm, telemetry }, { project, tools }) {
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  for (const { name, tarball } of tools.libraries.filter(({ name }) => USED.includes(name))) {
    const kind = /\/(testing|schematics)$/.test(name) ? 'devDependencies' : 'dependencies';
    manifest[kind][name] = `file:${tarball}`;
  }
  Object.assign(manifest.dependencies, {
    '@nestjs/config': `^${CONFIG_OF[schematics]}.0.0`,
    '@nestjs/typeorm': `^${schematics}.0.0`,
    '@nestjs/terminus': `^${schematics}.0.0`,
    ...(telemetry && { '@opentelemetry/api': telemetry }),
    typeorm,
    ...CLIENTS,
    'better-sqlite3': JSON.parse(readFileSync(join(tools.driver[node], 'package.json'), 'utf8')).version,
  });
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, null, 2));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await sh('npm', args, { cwd: project, env: tools.env[node] });
  copyDriverBuild(tools.driver[node], project);
}

/** Adds the changes and their test to the template, and nothing else. */
export async function addChanges({ esm }, { project }) {
  cpSync(overlay, project, { recursive: true });
  const extension = esm ? '.js' : '';
  if (!esm) withoutExtensions(join(project, 'src', 'changes'));
  const file = join(project, 'src', 'app.module.ts');
  const source = readFileSync(file, 'utf8');
  if (!source.includes('imports: [],')) throw new Error(`the template's module looks different:\n${source}`);
  writeFileSync(
    file,
    `import { DatabaseModule } from './changes/database.module${extension}';\n` +
      `import { DashboardModule } from './changes/dashboard.module${extension}';\n` +
      `import { HealthModule } from './changes/health.module${extension}';\n` +
      source.replace('imports: [],', 'imports: [DatabaseModule, DashboardModule, HealthModule],'),
  );
}

/** A CommonJS project writes `./file`, an ES module project `./file.js`; the overlay is written as the latter. */
function withoutExtensions(folder) {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(from '\.\.?\/[^']+)\.js'/g, "$1'"));
  }
}
