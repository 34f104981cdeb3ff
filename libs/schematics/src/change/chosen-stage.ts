import type { FoundChange } from '../survey/found-change.js';
import type { StageList } from '../survey/stage-list.js';
import type { Survey } from '../survey/survey.js';
import type { ChangeRequest } from './change-request.js';

/** Where a change goes. */
export interface ChosenStage {
  readonly name: string;
  /** The list that gets it: of several, the one with the last change. */
  readonly list: StageList;
  /** All changes of the stage, the last one at the end. */
  readonly changes: readonly FoundChange[];
  readonly unread: readonly string[];
}

/** The stage that is meant, or what is wrong with it. */
export function chosenStage(survey: Survey, { stage, project }: ChangeRequest): ChosenStage | string {
  const { stages, projects } = survey;
  const chosen = projects.find(({ name }) => name === project);
  if (project !== undefined && chosen === undefined)
    return `There is no project "${project}"; there is ${listed(projects.map(({ name }) => name ?? ''))}.`;
  const lists = stages.filter(({ file }) => chosen === undefined || file.startsWith(`${chosen.root}/`));
  const names = [...new Set(lists.flatMap(({ stage: name }) => name ?? []))];
  if (names.length === 0)
    return 'There is no stage: no FlamingockModule.forFeature({ stage, changes }) is in the sources. To set one up: npx --no @nestjs-flamingock/cli init';
  const name = stage ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) return `Which stage? --stage takes one of ${listed(names)}.`;
  const own = lists.filter((list) => list.stage === name);
  if (own.length === 0) return `There is no stage "${name}"; there is ${listed(names)}.`;
  return among(own, name, survey);
}

function among(lists: readonly StageList[], name: string, { projects }: Survey): ChosenStage | string {
  const homes = new Set(
    lists.map(({ file }) => projects.find(({ root }) => file.startsWith(`${root}/`))?.name),
  );
  if (homes.size > 1)
    return `Stage "${name}" is in several projects: ${listed([...homes].map((home) => home ?? ''))}. Say which one: --project.`;
  const changes = [...new Set(lists.flatMap((list) => list.changes))].sort(byOrder);
  const last = changes.at(-1);
  const holder = lists.find((list) => last !== undefined && list.changes.includes(last));
  const list = holder ?? lists[0];
  if (list === undefined) return `There is no stage "${name}".`;
  return { name, list, changes, unread: lists.flatMap(({ unread }) => unread) };
}

function byOrder({ order: a = '' }: FoundChange, { order: b = '' }: FoundChange): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Names in a sentence. */
export function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
