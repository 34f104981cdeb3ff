import type { ChangeDescriptor, ChangePlace } from '../change/change-descriptor.js';
import type { ChangeFault } from '../change/change.errors.js';
import { A_NAME, isName } from '../change/names.js';
import { MAX_ERROR_LENGTH } from '../errors/error-text.js';
import { nearMatches } from '../errors/near-matches.js';
import { optionFaults, optionsOf, shown, type OptionNames } from '../errors/option-names.js';
import { isTransactional } from '../target-system/target-system.js';
import type { Playbook, PlaybookAction, PlaybookCondition } from './playbook.js';

const FIELDS: OptionNames<Playbook> = { name: true, when: true, then: true, atMost: true, reason: true };
const CONDITIONS: OptionNames<PlaybookCondition> = {
  target: true,
  code: true,
  change: true,
  verdict: true,
  state: true,
};
const ACTIONS: Readonly<Record<PlaybookAction, true>> = {
  retry: true,
  'mark-executed': true,
  'mark-rolled-back': true,
  undo: true,
};
/** What a condition may be, where not any text will do: for everything else the engine acts by itself. */
const VALUES: Readonly<Partial<Record<keyof PlaybookCondition, readonly string[]>>> = {
  verdict: ['partial', 'unknown'],
  state: ['STARTED', 'EXECUTION_FAILED', 'ROLLBACK_FAILED'],
};
/** Longest name, so that `playbook:` and the name are a name, too. */
const MAX_NAME = 200;

/** What is wrong with playbooks by themselves, independent of the changes that there are. */
export function playbookFaults(playbooks: unknown): string[] {
  if (!Array.isArray(playbooks)) return [`resolutions must be a list of playbooks, not ${shown(playbooks)}`];
  const list = playbooks as readonly unknown[];
  const each = list.flatMap((playbook, index) => faultsOf(playbook, placeOf(playbook, index)));
  return each.length > 0 ? each : overlaps(playbooks as readonly Playbook[]);
}

function placeOf(playbook: unknown, index: number): string {
  const { name } = optionsOf(playbook as Playbook);
  return isName(name) ? `resolutions "${name}"` : `resolutions[${index}]`;
}

function faultsOf(playbook: unknown, where: string): string[] {
  const names = optionFaults(where, playbook, FIELDS);
  if (typeof playbook !== 'object' || playbook === null) return names;
  const { name, then, atMost, reason, when } = optionsOf(playbook as Playbook) as Record<
    keyof Playbook,
    unknown
  >;
  const isText = typeof reason === 'string' && reason.trim() !== '' && reason.length <= MAX_ERROR_LENGTH;
  return [
    ...names,
    ...unless(
      isName(name, MAX_NAME),
      `${where}: name must be ${A_NAME}, at most ${MAX_NAME}, not ${shown(name)}`,
    ),
    ...unless(
      typeof then === 'string' && Object.hasOwn(ACTIONS, then),
      `${where}: then must be one of ${quoted(Object.keys(ACTIONS))}, not ${shown(then)}`,
    ),
    ...unless(
      Number.isSafeInteger(atMost) && Number(atMost) > 0,
      `${where}: atMost must be a whole number from 1, not ${shown(atMost)}`,
    ),
    ...unless(
      isText,
      `${where}: reason must be a text of 1 to ${MAX_ERROR_LENGTH} characters that says why that is right, not ${shown(reason)}`,
    ),
    ...conditionFaults(when, where, then),
  ];
}

function conditionFaults(when: unknown, where: string, then: unknown): string[] {
  const place = `${where}: when`;
  const names = optionFaults(place, when, CONDITIONS);
  if (typeof when !== 'object' || when === null) return names;
  const given = conditionsOf(when);
  const wrong = given.flatMap(([name, value]) => {
    const allowed = VALUES[name as keyof PlaybookCondition];
    if (allowed)
      return unless(
        allowed.includes(value as string),
        `${place}.${name} must be one of ${quoted(allowed)}, not ${shown(value)}`,
      );
    return unless(isName(value), `${place}.${name} must be ${A_NAME}, not ${shown(value)}`);
  });
  const { verdict } = optionsOf(when as PlaybookCondition);
  const isContrary = verdict === 'partial' && (then === 'mark-executed' || then === 'mark-rolled-back');
  return [
    ...names,
    ...unless(given.length > 0, `${place} must have at least one of ${quoted(Object.keys(CONDITIONS))}`),
    ...wrong,
    ...unless(
      !isContrary,
      `${where}: then must not be ${shown(then)} when the verdict is 'partial', which says that it is neither`,
    ),
  ];
}

/** Of two whose conditions are alike, or of which one asks for more than one before it, the later never acts. */
function overlaps(playbooks: readonly Playbook[]): string[] {
  return playbooks.flatMap((playbook, index) => {
    const where = `resolutions "${playbook.name}"`;
    const before = playbooks.slice(0, index);
    const covering = before.find(({ when }) => covers(when, playbook.when));
    const isSame = covering && covers(playbook.when, covering.when);
    const why = isSame
      ? `is for the same issues as "${covering.name}", which comes first. Leave one of them out`
      : `never acts: "${covering?.name}", which comes first, is for all of its issues. Put it before that one`;
    return [
      ...unless(
        !before.some(({ name }) => name === playbook.name),
        `${where} is there twice. Give each playbook a name of its own`,
      ),
      ...unless(!covering, `${where} ${why}`),
    ];
  });
}

function covers(wide: PlaybookCondition, narrow: PlaybookCondition): boolean {
  const wanted = Object.fromEntries(conditionsOf(narrow));
  return conditionsOf(wide).every(([name, value]) => wanted[name] === value);
}

function conditionsOf(when: object): [string, unknown][] {
  return Object.entries(when).filter(([, value]) => value !== undefined);
}

/**
 * What is wrong with playbooks for these changes and target systems. `faulty`: changes that cannot be described.
 */
export function playbookReferenceFaults(
  playbooks: readonly Playbook[],
  changes: readonly ChangeDescriptor[],
  targets: readonly string[],
  faulty: readonly ChangePlace[],
): ChangeFault[] {
  const ids = [...changes, ...faulty].map(({ id }) => id);
  return playbooks.flatMap(({ name, when, then }) => {
    const where = `resolutions "${name}"`;
    const change = changes.find(({ id }) => id === when.change);
    return [
      ...unknownName(where, 'change', when.change, ids),
      ...unknownName(where, 'target system', when.target, targets),
      ...(change ? changeFaults(where, when, then, change) : []),
    ];
  });
}

function unknownName(
  where: string,
  what: string,
  name: string | undefined,
  known: readonly string[],
): ChangeFault[] {
  if (name === undefined || known.includes(name)) return [];
  const near = nearMatches(name, known).map((one) => `"${one}"`);
  const remedy =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : `Name one that there is, or leave the playbook out.`;
  return [{ where, problem: `there is no ${what} "${name}"`, remedy }];
}

function changeFaults(
  where: string,
  { target, verdict }: PlaybookCondition,
  then: PlaybookAction,
  { id, target: own, transactional, rollback, verification }: ChangeDescriptor,
): ChangeFault[] {
  const fault = (isOne: boolean, problem: string, remedy: string): ChangeFault[] =>
    isOne ? [{ where, problem, remedy }] : [];
  const isUndo = then === 'undo';
  const hasTransaction = transactional && isTransactional(own);
  return [
    ...fault(
      target !== undefined && target !== own.id,
      `"${id}" is a change of target system "${own.id}", not of "${target}"`,
      'Leave when.target out.',
    ),
    ...fault(
      verdict !== undefined && !verification,
      `"${id}" has no @Verify(), so that there is never a verdict`,
      'Leave when.verdict out, or write one.',
    ),
    ...fault(
      isUndo && hasTransaction,
      `"${id}" runs in a transaction, which its database alone takes back`,
      "Leave the playbook out, or take another 'then'.",
    ),
    ...fault(
      isUndo && !hasTransaction && !rollback,
      `"${id}" has no rollback method to undo it with`,
      "Add @RollbackExecution() to its class, or take another 'then'.",
    ),
  ];
}

function unless(isMet: boolean, fault: string): string[] {
  return isMet ? [] : [fault];
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}
