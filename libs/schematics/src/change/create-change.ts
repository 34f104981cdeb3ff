import { authorOf } from '../project/author.js';
import { manifestOf, wantedVersion, type Manifest } from '../project/manifest.js';
import { specifierTo } from '../project/paths.js';
import type { FileEdit, ProjectFiles } from '../project/project-files.js';
import { FaultyRequestError } from '../schematics.errors.js';
import { loadCompiler } from '../source/compiler.js';
import { Sources } from '../source/sources.js';
import { styleOf, type Style } from '../source/style.js';
import { surveyOf, type Survey } from '../survey/survey.js';
import { fileOf } from './change-file.js';
import { changeNames, type ChangeNames } from './change-names.js';
import type { ChangeRequest } from './change-request.js';
import { changeSource } from './change-template.js';
import { chosenStage, type ChosenStage } from './chosen-stage.js';
import { chosenTarget, type ChosenTarget } from './chosen-target.js';
import { nextOrder } from './next-order.js';
import { freeName, listToExtend, registered } from './registration.js';
import { specSource, type TestRunner } from './spec-template.js';
import { testedModules } from './tested-modules.js';

/** A change that was written, with all that has to be written to files. */
export interface CreatedChange {
  readonly id: string;
  readonly className: string;
  readonly order: string;
  readonly stage: string;
  readonly target: string;
  /** `undefined`: what its target system makes of it. */
  readonly transactional: boolean | undefined;
  readonly edits: readonly FileEdit[];
  /** What is to be known about it besides; sentences. */
  readonly notes: readonly string[];
}

/**
 * Writes a change, its test, and its place in the list of its stage. Nothing is written to files.
 *
 * @param folder The project's folder on this machine, whose TypeScript parses the sources.
 * @throws FaultyRequestError with all that is wrong; NotUnderstoodError where the stage has no list to add to;
 *   NoCompilerError.
 */
export function createChange(files: ProjectFiles, request: ChangeRequest, folder: string): CreatedChange {
  const sources = new Sources(files, loadCompiler(folder));
  const survey = surveyOf(sources);
  const plan = planOf(survey, withStage(request));
  return written(sources, survey, plan, manifestOf(files), request);
}

interface Plan {
  readonly names: ChangeNames;
  readonly stage: ChosenStage;
  readonly target: ChosenTarget;
  readonly order: string;
  readonly notes: readonly string[];
  readonly transactional: boolean | undefined;
}

/** A stage may go before the name, as folders go before the names of Nest's own schematics. */
function withStage(request: ChangeRequest): ChangeRequest {
  const [, stage, name] = /^(.+)\/([^/]*)$/.exec(request.name) ?? [];
  return stage === undefined || name === undefined
    ? request
    : { ...request, name, stage: request.stage ?? stage };
}

/** Decides all of it, or says all that is wrong with it. */
function planOf(survey: Survey, request: ChangeRequest): Plan {
  const names = changeNames(request.name);
  const found = chosenStage(survey, request);
  const stage = typeof found === 'string' ? undefined : found;
  const target = chosenTarget(survey, request, stage);
  const order = stage && orderOf(stage, request.order);
  const faults = [
    ...(names === undefined ? [nameFault(request.name)] : idFaults(survey, names)),
    ...(typeof found === 'string' ? [found] : []),
    ...(typeof target === 'string' ? [target] : transactionFaults(target, request)),
    ...(order?.fault === undefined ? [] : [order.fault]),
  ];
  if (faults.length > 0 || !names || !stage || typeof target === 'string' || !order?.value)
    throw new FaultyRequestError(faults);
  const transactional = request.transactional ?? (target.kind.hasTransactions === false ? false : undefined);
  const { value, notes = [] } = order;
  return { names, stage, target, order: value, notes, transactional };
}

function nameFault(name: string): string {
  return `${JSON.stringify(name)} is no name of a change: it begins with a letter and has letters, digits and hyphens, such as add-category.`;
}

function idFaults({ changes }: Survey, { id }: ChangeNames): string[] {
  const same = changes.find((one) => one.id === id);
  return same ? [`There is a change "${id}" already: ${same.file}.`] : [];
}

function transactionFaults({ id, kind }: ChosenTarget, { transactional }: ChangeRequest): string[] {
  return transactional === true && kind.hasTransactions === false
    ? [`Target system "${id}" has no transactions: a change of it cannot be transactional.`]
    : [];
}

/** The order of the change: the one asked for, or the next. */
function orderOf(stage: ChosenStage, wanted?: string): { value?: string; fault?: string; notes?: string[] } {
  const { changes, name, unread } = stage;
  const orders = changes.flatMap(({ order }) => order ?? []).sort();
  const unknown = [...unread, ...changes.filter(({ order }) => order === undefined).map(classNameOf)];
  const last = orders.at(-1) ?? '';
  if (wanted !== undefined)
    return orders.includes(wanted)
      ? { fault: `Stage "${name}" has a change with the order "${wanted}" already.` }
      : { value: wanted, notes: orderNotes(wanted, last, unknown) };
  if (unknown.length > 0)
    return {
      fault: `The order of ${unknown.join(', ')} in stage "${name}" is not written out: pass --order.`,
    };
  const value = nextOrder(orders);
  if (value !== undefined) return { value };
  return {
    fault: `After the order "${last}" of stage "${name}" no number of that width follows: pass --order.`,
  };
}

/** What a start may say of an order that was asked for. */
function orderNotes(wanted: string, last: string, unknown: readonly string[]): string[] {
  const late = `Its order comes before "${last}": where that is applied already, it is out of order (outOfOrder).`;
  const open = `Its order must come after that of ${unknown.join(', ')}, which is not written out here; otherwise it is out of order (outOfOrder).`;
  return [...(wanted < last ? [late] : []), ...(unknown.length > 0 ? [open] : [])];
}

function classNameOf({ declaration, file }: ChosenStage['changes'][number]): string {
  return declaration.name?.text ?? file;
}

function written(
  sources: Sources,
  survey: Survey,
  plan: Plan,
  manifest: Manifest,
  request: ChangeRequest,
): CreatedChange {
  const { stage, target, order, notes, transactional, names } = plan;
  const { id } = names;
  const list = listToExtend(stage, names.className);
  const home = list.getSourceFile();
  const style = styleOf(sources.compiler, home, manifest.type === 'module');
  const className = freeName(sources, home, names.className);
  const file = fileOf(survey, stage, id, order);
  const author = request.author ?? stage.changes.at(-1)?.author ?? authorOf(manifest);
  const handle = transactional === false ? target.kind.other : target.kind.transactional;
  const change = { id, className, order, author, target: target.id, transactional, handle };
  const edits = [
    created(file, changeSource(change)),
    ...specOf(sources, survey, plan, file, manifest, style),
    registered(sources, list, { className, file }, style),
  ];
  const taken = edits.filter(
    ({ path, before }) => before === undefined && sources.files.read(path) !== undefined,
  );
  if (taken.length > 0) throw new FaultyRequestError(taken.map(({ path }) => `${path} is there already.`));
  return { id, className, order, stage: stage.name, target: target.id, transactional, edits, notes };
}

function specOf(
  sources: Sources,
  survey: Survey,
  { names: { id }, stage }: Plan,
  file: string,
  manifest: Manifest,
  { extension }: Style,
): FileEdit[] {
  const runner = runnerOf(manifest);
  if (runner === undefined) return [];
  const modules = testedModules(sources, survey, stage.list).map((one) => ({
    ...one,
    specifier: specifierTo(one.file, file, extension),
  }));
  return modules.length === 0
    ? []
    : [created(file.replace(/\.ts$/, '.spec.ts'), specSource(id, modules, runner))];
}

function runnerOf(manifest: Manifest): TestRunner | undefined {
  return (['vitest', 'jest'] as const).find((name) => wantedVersion(manifest, name) !== undefined);
}

function created(path: string, after: string): FileEdit {
  return { path, before: undefined, after };
}
