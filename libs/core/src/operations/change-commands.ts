import { isApplied } from '../audit/audit-state.js';
import {
  approveCommand,
  cliCommand,
  fixCommand,
  issueCommand,
  reviewCommand,
  shellWord,
  undoCommand,
} from '../errors/commands.js';
import type { ChangeDetail } from './change-detail.js';

/** What to type about a change. */
export interface ChangeCommand {
  readonly what:
    'inspect' | 'history' | 'mark-executed' | 'mark-rolled-back' | 'approve' | 'review' | 'undo' | 'verify';
  /** The whole line, for a POSIX shell. */
  readonly command: string;
}

/** What the commands for a change depend on. */
type Facts = Pick<ChangeDetail, 'changeId' | 'hasRollback' | 'hasVerify' | 'inCode'> & {
  readonly [Key in 'state' | 'digest' | 'approval' | 'issue' | 'emergency']?: ChangeDetail[Key] | undefined;
};

/** What may be typed about a change as it is now, in the order in which one would. */
export function commandsFor(change: Facts): ChangeCommand[] {
  const { changeId, state, issue, emergency, approval, digest } = change;
  const id = shellWord(changeId);
  const commands: [ChangeCommand['what'], string | false | undefined][] = [
    ['inspect', issue && issueCommand(changeId)],
    ['history', state && cliCommand(`audit list --history -c ${id}`)],
    ['verify', change.hasVerify && cliCommand(`verify -c ${id}`)],
    ['mark-executed', issue && fixCommand(changeId, 'EXECUTED')],
    ['mark-rolled-back', issue && fixCommand(changeId, 'ROLLED_BACK')],
    ['approve', approval && digest !== undefined && approveCommand(changeId, digest)],
    ['review', emergency && reviewCommand(changeId)],
    ['undo', state && isApplied(state) && change.inCode && change.hasRollback && undoCommand(changeId)],
  ];
  return commands.flatMap(([what, command]) => (typeof command === 'string' ? [{ what, command }] : []));
}
