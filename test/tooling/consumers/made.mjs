import { deepStrictEqual } from 'node:assert';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveOnce } from './service.mjs';
import { sh } from './sh.mjs';

const MODULE = join('src', 'app.module.ts');
const INIT = `✔ create  src/changes/0001-first-change.change.ts
✔ update  src/app.module.ts
✔ update  package.json
  Next: npm install
`;

/** Types the commands as a reader of their pages does, in an application that has a database and nothing else. */
export async function makeAndApply(consumer, { project, tools, database, ...place }) {
  const env = { ...tools.env[consumer.node], APP_DB: undefined };
  const run = (command, ...args) => sh(command, args, { cwd: project, env });
  const flamingock = join('node_modules', '@nestjs-flamingock', 'cli', 'bin', 'flamingock.cjs');
  const blank = keep(project);

  connectDatabase(project);
  deepStrictEqual((await run('node', flamingock, 'init', '--yes')).startsWith(INIT), true);
  await run('node', flamingock, 'create', 'create-notes');
  write(project, '0002-create-notes', 'CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  const nest = join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  await run('node', nest, 'g', '-c', '@nestjs-flamingock/schematics', 'change', 'add-note');
  write(project, '0003-add-note', "INSERT INTO note (text) VALUES ('Hello')");

  await run('npm', 'run', 'build');
  const own = { ...place, project, tools, database: `${database}.made` };
  await serveOnce(consumer, own);
  const listed = await sh('npm', ['run', '--silent', 'flamingock', '--', 'audit', 'list', '--json'], {
    cwd: project,
    env: { ...env, APP_DB: own.database },
  });
  deepStrictEqual(
    JSON.parse(listed).entries.map(({ changeId, state }) => `${changeId} ${state}`),
    ['first-change EXECUTED', 'create-notes EXECUTED', 'add-note EXECUTED'],
  );
  for (const name of ['0002-create-notes', '0003-add-note'])
    edit(join(project, 'src', 'changes', `${name}.change.spec.ts`), (source) =>
      source.replace(/ {2}beforeAll\(\(\) => \{[^]*?\n {2}\}\);\n\n/, ''),
    );
  await run('npm', 'test', '--', 'change.spec');
  blank.restore();
}

/** What the next steps begin with. */
function keep(project) {
  const copy = `${project}.blank`;
  for (const name of ['src', 'package.json'])
    cpSync(join(project, name), join(copy, name), { recursive: true });
  return {
    restore() {
      for (const name of ['src', 'dist']) rmSync(join(project, name), { recursive: true });
      cpSync(copy, project, { recursive: true });
    },
  };
}

function connectDatabase(project) {
  edit(join(project, MODULE), (source) =>
    `import { TypeOrmModule } from '@nestjs/typeorm';\n${source}`.replace(
      'imports: [],',
      "imports: [TypeOrmModule.forRoot({ type: 'better-sqlite3', database: process.env.APP_DB ?? ':memory:' })],",
    ),
  );
}

/** Writes a change that was created: its constructor goes, its execute gets a statement. */
function write(project, name, statement) {
  edit(join(project, 'src', 'changes', `${name}.change.ts`), (source) =>
    source
      .replace(/ {2}constructor\(\) \{[^]*?\n {2}\}\n\n/, '')
      .replace('// What the change does.', `await manager.query(${JSON.stringify(statement)});`),
  );
}

function edit(file, alter) {
  const source = readFileSync(file, 'utf8');
  const altered = alter(source);
  if (altered === source) throw new Error(`${file} looks different:\n${source}`);
  writeFileSync(file, altered);
}
