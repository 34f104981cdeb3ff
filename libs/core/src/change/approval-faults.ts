import { optionFaults, shown, type OptionNames } from '../errors/option-names.js';
import type { ApprovalNeed } from './change-metadata.js';
import { A_NAME, isName } from './names.js';

const NEED: OptionNames<ApprovalNeed> = { count: true, groups: true, validMs: true };

/**
 * What is wrong with a need for approval.
 *
 * @param where What has it, in words: `its approval`.
 * @param names What it may have besides.
 */
export function needFaults(
  where: string,
  need: unknown,
  names: Readonly<Record<string, true>> = {},
): string[] {
  const faults = optionFaults<Record<string, unknown>>(where, need, { ...NEED, ...names });
  if (typeof need !== 'object' || need === null) return faults;
  const { count, groups, validMs } = need as Partial<Record<keyof ApprovalNeed, unknown>>;
  if (!Number.isSafeInteger(count) || Number(count) < 1)
    faults.push(`${where} needs a count that is a whole number from 1, not ${shown(count)}`);
  const areGroups = Array.isArray(groups) && groups.length > 0 && groups.every((group) => isName(group));
  if (groups !== undefined && !areGroups)
    faults.push(`${where} has groups that must be a list of names, each ${A_NAME}, not ${shown(groups)}`);
  if (validMs !== undefined && !(typeof validMs === 'number' && validMs > 0))
    faults.push(
      `${where} has a validMs that must be a number of milliseconds above 0, not ${shown(validMs)}`,
    );
  return faults;
}
