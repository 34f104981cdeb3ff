import type { ArrayLiteralExpression, ClassDeclaration, ObjectLiteralExpression } from 'typescript';
import { posix } from 'node:path';
import { authorOf } from '../project/author.js';
import { manifestOf, type Manifest } from '../project/manifest.js';
import { specifierTo } from '../project/paths.js';
import type { FileEdit, ProjectFiles } from '../project/project-files.js';
import type { NestProject } from '../project/source-roots.js';
import { FaultyRequestError, NotUnderstoodError } from '../schematics.errors.js';
import { loadCompiler } from '../source/compiler.js';
import { importing } from '../source/imports.js';
import { appended, inserted, withProperty, type Insertion } from '../source/insertion.js';
import { Sources } from '../source/sources.js';
import { styleOf, type Style } from '../source/style.js';
import { decoratorCall, listOf, objectArgument, propertyOf } from '../source/syntax.js';
import { surveyOf, type Survey } from '../survey/survey.js';
import { byHand } from './by-hand.js';
import { compiledModule } from './compiled-module.js';
import type { DatabaseKind } from './databases.js';
import { foundDatabase, type FoundDatabase } from './found-database.js';
import { installLine, missingPackages, wantedPackages } from './install-line.js';
import { manifestEdit } from './manifest-edit.js';
import { FIRST, firstChange, moduleImports } from './templates.js';

/** How an application is to be set up. */
export interface SetUpRequest {
  /** The database that holds the history. @default the only one of the application */
  readonly database?: DatabaseKind['name'] | undefined;
  /** Project of a monorepo. @default the only application */
  readonly project?: string | undefined;
}

/** A set-up, with all that has to be written to files. */
export interface SetUp {
  readonly edits: readonly FileEdit[];
  /** What installs what package.json has got, in the major versions that go together. */
  readonly install: string;
  /** What is to be known about it besides; sentences. */
  readonly notes: readonly string[];
}

/**
 * Adds Flamingock to an application of Nest that has a database: module, first change, and package.json. Nothing is
 * written to files.
 *
 * @param folder The project's folder on this machine, whose TypeScript parses the sources.
 * @throws NotUnderstoodError where the sources are not written in a way that is known; FaultyRequestError for a project
 *   that there is not, and where Flamingock is set up already; NoCompilerError.
 */
export function setUp(files: ProjectFiles, request: SetUpRequest, folder: string): SetUp {
  const compiler = loadCompiler(folder);
  const sources = new Sources(files, compiler);
  const survey = surveyOf(sources);
  const manifest = manifestOf(files);
  const project = chosenProject(survey, request);
  const plan = planOf(sources, survey, project, request, manifest);
  const { database, root } = plan;
  const style = styleOf(compiler, root.declaration.getSourceFile(), manifest.type === 'module');
  const module = compiledModule(sources, project, root);
  const change = posix.join(posix.dirname(root.file), FIRST.file);
  const missing = missingPackages(manifest, database);
  return {
    edits: [
      { path: change, before: undefined, after: firstChange(database, authorOf(manifest)) },
      moduleEdit(sources, plan, change, style),
      manifestEdit(files, manifest, { module, ...wantedPackages(database) }),
    ],
    install: installLine(missing),
    notes: [...(module === undefined ? [BUNDLED] : []), ...(database.hasMigrations ? [MIGRATED] : [])],
  };
}

const BUNDLED =
  'The build puts this application into one file, in which the flamingock command finds no module: give the application ' +
  'an entry of its own that calls runFlamingockCli(AppModule) of @nestjs-flamingock/cli.';

const MIGRATED =
  'This database has migrations of TypeORM. What they have done is taken over, once the application is built, by ' +
  'npx --no @nestjs-flamingock/cli import typeorm --reason "moving to flamingock"; ' +
  'then take migrations and migrationsRun out of the options of the DataSource.';

interface RootModule {
  readonly declaration: ClassDeclaration;
  readonly className: string;
  readonly file: string;
}

interface Plan {
  readonly database: FoundDatabase;
  readonly root: RootModule;
  /** What `@Module` of the root module is given. */
  readonly options: ObjectLiteralExpression;
  /** Its imports; `undefined`: it has none. */
  readonly imports: ArrayLiteralExpression | undefined;
}

/** The application that is meant. */
function chosenProject({ projects }: Survey, { project }: SetUpRequest): NestProject {
  const applications = projects.filter(({ isLibrary }) => !isLibrary);
  const chosen = project === undefined ? applications : applications.filter(({ name }) => name === project);
  const [only, ...others] = chosen;
  if (only !== undefined && others.length === 0) return only;
  const names = applications.map(({ name }) => `"${name ?? ''}"`).join(', ');
  throw new FaultyRequestError([
    project === undefined
      ? `Which project? --project takes one of ${names}.`
      : `There is no application "${project}"; there is ${names}.`,
  ]);
}

/** Finds all that is needed, or says all that was not found. */
function planOf(
  sources: Sources,
  survey: Survey,
  project: NestProject,
  { database: wanted }: SetUpRequest,
  manifest: Manifest,
): Plan {
  const own = ofProject(survey, project);
  const [present] = own.roots;
  if (present)
    throw new FaultyRequestError([`Flamingock is set up already: ${present.getSourceFile().fileName}.`]);
  const database = foundDatabase(sources, own, wanted);
  const root = rootOf(own);
  const place = typeof root === 'string' ? root : importsOf(sources, root);
  if (typeof database !== 'string' && typeof root !== 'string' && typeof place !== 'string')
    return { database, root, ...place };
  const reasons = [...new Set([database, place])].filter((one) => typeof one === 'string');
  throw new NotUnderstoodError(reasons, byHand(manifest, wanted));
}

/** Without what other applications of the workspace have; libraries are everybody's. */
function ofProject(survey: Survey, { root }: NestProject): Survey {
  const foreign = survey.projects.filter((one) => !one.isLibrary && one.root !== root);
  const isOwn = (node: { getSourceFile(): { fileName: string } }): boolean =>
    !foreign.some((one) => node.getSourceFile().fileName.startsWith(`${one.root}/`));
  return {
    ...survey,
    roots: survey.roots.filter(isOwn),
    databases: survey.databases.filter(isOwn),
    applications: survey.applications.filter(isOwn),
  };
}

function rootOf({ applications }: Survey): RootModule | string {
  const [declaration, ...others] = [...new Set(applications)];
  if (declaration === undefined)
    return 'No NestFactory.create(…) with the class of a root module is in the sources.';
  if (others.length > 0) return 'NestFactory.create(…) is given several root modules.';
  const className = declaration.name?.text;
  if (className === undefined) return 'The root module is a class without a name.';
  return { declaration, className, file: declaration.getSourceFile().fileName };
}

function importsOf(
  sources: Sources,
  { declaration, className, file }: RootModule,
): Pick<Plan, 'options' | 'imports'> | string {
  const { compiler } = sources;
  const call = decoratorCall(compiler, declaration, 'Module');
  const options = call && objectArgument(compiler, call);
  if (options === undefined)
    return `@Module of ${className} in ${file} is given no object that stands there.`;
  const property = propertyOf(compiler, options, 'imports');
  const imports = listOf(sources, property);
  if (property !== undefined && imports?.getSourceFile().fileName !== file)
    return `The imports of ${className} are no list that stands in ${file}.`;
  return { options, imports };
}

/** Adds what is imported, by the module and by its file. */
function moduleEdit(
  { compiler }: Sources,
  { root, options, imports, database }: Plan,
  change: string,
  style: Style,
): FileEdit {
  const file = root.declaration.getSourceFile();
  const { auditStore, targetSystem, adapter } = database.kind;
  const insertions: Insertion[] = [
    ...importing(
      compiler,
      file,
      [
        { name: 'FlamingockModule', from: '@nestjs-flamingock/core' },
        { name: auditStore, from: adapter },
        { name: targetSystem, from: adapter },
        { name: FIRST.className, from: specifierTo(change, root.file, style.extension) },
      ],
      style,
    ),
    ...(imports
      ? appended(compiler, imports, moduleImports(database), style)
      : withProperty(compiler, options, importsProperty(database), style)),
  ];
  return { path: root.file, before: file.text, after: inserted(file.text, insertions) };
}

function importsProperty(database: FoundDatabase): string {
  const elements = moduleImports(database).map((code) => `${code.replaceAll(/^/gm, '  ')},`);
  return `imports: [\n${elements.join('\n')}\n]`;
}
