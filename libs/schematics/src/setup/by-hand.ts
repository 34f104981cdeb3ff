import { majorOf, wantedVersion, type Manifest } from '../project/manifest.js';
import { VERSION } from '../version.js';
import { DATABASES, type DatabaseKind } from './databases.js';
import { installLine } from './install-line.js';
import { firstChange, moduleImports, FIRST } from './templates.js';

/** All that a set-up consists of, for an application to which it cannot be added: on SQLite where it has no database. */
export function byHand(manifest: Manifest, wanted: DatabaseKind['name'] | undefined): string {
  const kind = DATABASES.find(({ name }) => name === wanted) ?? DATABASES[0];
  if (kind === undefined) return '';
  const database = { kind, connection: undefined, driver: undefined, hasMigrations: false };
  const imports = moduleImports(database).map((code) => `${code.replaceAll(/^/gm, '  ')},`);
  return [
    installLine(packages(manifest, kind)),
    '',
    `In the root module:`,
    '',
    "import { FlamingockModule } from '@nestjs-flamingock/core';",
    `import { ${kind.auditStore}, ${kind.targetSystem} } from '${kind.adapter}';`,
    `import { ${kind.nestModule} } from '${kind.nestPackage}';`,
    `import { ${FIRST.className} } from './${FIRST.file.replace(/\.ts$/, '')}'; // in an ES module: './…change.js'`,
    '',
    'imports: [',
    `  ${CONNECTIONS[kind.name]},`,
    ...imports,
    '],',
    '',
    `In ${FIRST.file}, beside it:`,
    '',
    firstChange(database, 'your name').trimEnd(),
    '',
    'In package.json:',
    '',
    '"flamingock": { "module": "dist/app.module.js#AppModule" }',
  ].join('\n');
}

const CONNECTIONS: Readonly<Record<DatabaseKind['name'], string>> = {
  typeorm: "TypeOrmModule.forRoot({ type: 'better-sqlite3', database: 'app.db' })",
  mongoose: "MongooseModule.forRoot('mongodb://localhost/app')",
};

function packages(manifest: Manifest, { name, nestPackage, library, adapter }: DatabaseKind): string[] {
  const nest = majorOf(wantedVersion(manifest, '@nestjs/core'));
  const own = ['@nestjs-flamingock/core', adapter, '@nestjs-flamingock/cli'].map(
    (one) => `${one}@^${VERSION}`,
  );
  const module = nest === undefined ? nestPackage : `${nestPackage}@^${nest}.0.0`;
  return [...own, module, library, ...(name === 'typeorm' ? ['better-sqlite3'] : [])];
}
