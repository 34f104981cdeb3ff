import type { CallExpression, ClassDeclaration, SourceFile } from 'typescript';
import { projectsOf, type NestProject } from '../project/source-roots.js';
import { sourcesBelow } from '../project/project-files.js';
import { importedName } from '../source/imports.js';
import type { Sources } from '../source/sources.js';
import { nodesBelow } from '../source/syntax.js';
import { changesIn, type FoundChange } from './found-change.js';
import { stageOf, type StageList } from './stage-list.js';

/** A target system, and the function that makes it. */
export interface FoundTarget {
  readonly id: string;
  readonly factory: string;
}

/** What there is of Flamingock, and of its surroundings, in the sources of a project. */
export interface Survey {
  readonly projects: readonly NestProject[];
  readonly stages: readonly StageList[];
  readonly changes: readonly FoundChange[];
  readonly targets: readonly FoundTarget[];
  /** Calls of forRoot and forRootAsync. */
  readonly roots: readonly CallExpression[];
  /** Calls by which databases are connected: `TypeOrmModule.forRoot(…)`. */
  readonly databases: readonly CallExpression[];
  /** Root modules that `NestFactory.create(…)` is given. */
  readonly applications: readonly ClassDeclaration[];
}

/** Words of a file that is worth parsing. */
const OF_INTEREST = /Flamingock|@Change\b|TargetSystem|NestFactory|TypeOrmModule|MongooseModule/;

/** Reads all sources of a project. */
export function surveyOf(sources: Sources): Survey {
  const projects = projectsOf(sources.files);
  const paths = new Set(projects.flatMap(({ root }) => sourcesBelow(sources.files, root)));
  const parsed = [...paths].flatMap((path) => {
    const isOfInterest = OF_INTEREST.test(sources.files.read(path) ?? '');
    return (isOfInterest ? sources.parse(path) : undefined) ?? [];
  });
  const calls = parsed.flatMap((file) => callsIn(sources, file));
  const named = (name: RegExp): CallExpression[] =>
    calls.filter((one) => name.test(one.name)).map(({ call }) => call);
  return {
    projects,
    changes: parsed.flatMap((file) => changesIn(sources, file)),
    stages: named(/^FlamingockModule\.forFeature$/).map((call) => stageOf(sources, call)),
    roots: named(/^FlamingockModule\.forRoot(Async)?$/),
    targets: calls.flatMap(({ name, call }) => targetOf(sources, name, call)),
    databases: named(/^(TypeOrmModule|MongooseModule)\.forRoot(Async)?$/),
    applications: named(/^NestFactory\.create\w*$/).flatMap((call) => rootModule(sources, call) ?? []),
  };
}

interface NamedCall {
  /** What is called, by the name under which it was exported. */
  readonly name: string;
  readonly call: CallExpression;
}

function callsIn({ compiler }: Sources, file: SourceFile): NamedCall[] {
  return [...nodesBelow(compiler, file)].filter(compiler.isCallExpression).flatMap((call) => {
    const { expression } = call;
    if (compiler.isIdentifier(expression))
      return { name: importedName(compiler, file, expression.text), call };
    if (!compiler.isPropertyAccessExpression(expression)) return [];
    const owner = importedName(compiler, file, expression.expression.getText(file));
    return { name: `${owner}.${expression.name.text}`, call };
  });
}

function targetOf(sources: Sources, name: string, { arguments: [first] }: CallExpression): FoundTarget[] {
  if (!/^\w+TargetSystem$/.test(name)) return [];
  const id = sources.textOf(first);
  return id === undefined ? [] : [{ id, factory: name }];
}

function rootModule(sources: Sources, { arguments: [first] }: CallExpression): ClassDeclaration | undefined {
  const { compiler } = sources;
  if (!first || !compiler.isIdentifier(first)) return undefined;
  const declared = sources.declarationOf(first.text, first.getSourceFile());
  return declared && compiler.isClassDeclaration(declared) ? declared : undefined;
}
