import type { CallExpression, Expression } from 'typescript';
import type { Sources } from '../source/sources.js';
import { nodesBelow, propertyOf } from '../source/syntax.js';
import type { Survey } from '../survey/survey.js';
import { DATABASES, DRIVERS, type DatabaseKind } from './databases.js';

/** The database that holds the history. */
export interface FoundDatabase {
  readonly kind: DatabaseKind;
  /** Name of its connection; `undefined`: the default one. */
  readonly connection: string | undefined;
  /** Package of its driver, where that is known. */
  readonly driver: string | undefined;
  /** True where its options name migrations of TypeORM's own. */
  readonly hasMigrations: boolean;
}

/** The database of the application that is asked for or is the only one, or why there is none. */
export function foundDatabase(
  sources: Sources,
  { databases }: Survey,
  wanted: DatabaseKind['name'] | undefined,
): FoundDatabase | string {
  const found = databases.flatMap((call) => databaseOf(sources, call) ?? []);
  const kinds = [...new Set(found.map(({ kind }) => kind))].filter(
    ({ name }) => wanted === undefined || name === wanted,
  );
  const [kind, other] = kinds;
  if (kind === undefined)
    return `No ${wantedModules(wanted)} is in the sources, so there is no database that could hold the history.`;
  if (other !== undefined)
    return 'There is TypeORM and Mongoose: say which of them holds the history, --database typeorm or --database mongoose.';
  const own = found.filter((one) => one.kind === kind);
  const chosen =
    own.find(({ connection }) => connection === undefined) ?? (own.length === 1 ? own[0] : undefined);
  return (
    chosen ?? `There are several connections of ${kind.nestModule}, and none of them is the default one.`
  );
}

function wantedModules(wanted: DatabaseKind['name'] | undefined): string {
  return DATABASES.filter(({ name }) => wanted === undefined || name === wanted)
    .map(({ nestModule }) => `${nestModule}.forRoot(…)`)
    .join(' or ');
}

function databaseOf(sources: Sources, call: CallExpression): FoundDatabase | undefined {
  const kind = DATABASES.find(({ nestModule }) => call.expression.getText().startsWith(`${nestModule}.`));
  if (kind === undefined) return undefined;
  const text = (property: string): string | undefined =>
    call.arguments
      .map((argument: Expression) => sources.textOf(propertyOf(sources.compiler, argument, property)))
      .find((value) => value !== undefined);
  return {
    kind,
    connection: text(kind.nestName),
    driver: DRIVERS[text('type') ?? ''],
    hasMigrations: hasMigrations(sources, call),
  };
}

/** Wherever they stand, because options may be made by a factory. */
function hasMigrations({ compiler }: Sources, call: CallExpression): boolean {
  for (const node of nodesBelow(compiler, call))
    if (compiler.isPropertyAssignment(node) && MIGRATIONS.includes(node.name.getText())) return true;
  return false;
}

const MIGRATIONS = ['migrations', 'migrationsRun', 'migrationsTableName'];
