import type { TestDatabase, TestTarget } from '../../support/test-database.js';
import { SHARED_NOTES } from './fixtures/sharing-changes.js';
import type { Workspace } from './workspace.js';

/** Everything that took effect more or less often than the history says. */
export async function unrecordedEffects(workspace: Workspace<TestDatabase, TestTarget>): Promise<string[]> {
  const history = new History(await workspace.history());
  const notes = await workspace.notes();
  const lines = workspace.outboxLines();
  const times = (all: readonly string[], one: string) => all.filter((each) => each === one).length;
  const published = times(lines, 'published by publish') - times(lines, 'taken back');
  const counted: [what: string, changeId: string, count: number][] = [
    ['note "one"', 'first-notes', times(notes, 'one')],
    ['note "two"', 'first-notes', times(notes, 'two')],
    ['note "three"', 'last-notes', times(notes, 'three')],
    ...SHARED_NOTES.map((note): [string, string, number] => [
      `note "${note}"`,
      `share-${note}`,
      times(notes, note),
    ]),
    ['publication', 'publish', published],
  ];
  const found = counted
    .filter(([, changeId, count]) => !history.allows(changeId, count))
    .map(([what, changeId, count]) => `${what} is there ${count} times, recorded: ${history.of(changeId)}`);
  const warmed = times(lines, 'warm');
  if (!history.allowsRepeated('warm-up', warmed)) {
    found.push(`warmed up ${warmed} times, recorded: ${history.of('warm-up')}`);
  }
  return found;
}

class History {
  constructor(private readonly entries: readonly string[]) {}

  of(changeId: string): string {
    return this.statesOf(changeId).join(', ') || 'nothing';
  }

  /** How often it may be there that runs at most once until it is taken back. */
  allows(changeId: string, count: number): boolean {
    switch (this.statesOf(changeId).at(-1)) {
      case 'EXECUTED':
      case 'MANUAL_MARKED_AS_EXECUTED':
        return count === 1;
      case undefined:
      case 'ROLLED_BACK':
      case 'MANUAL_MARKED_AS_ROLLED_BACK':
        return count === 0;
      default:
        return count === 0 || count === 1;
    }
  }

  /** How often it may be there that is not taken back: at each start that is recorded at most once, and once for each end. */
  allowsRepeated(changeId: string, count: number): boolean {
    const states = this.statesOf(changeId);
    const times = (state: string) => states.filter((each) => each === state).length;
    return count >= times('EXECUTED') && count <= times('STARTED');
  }

  private statesOf(changeId: string): string[] {
    const own = this.entries.filter((entry) => entry.startsWith(`${changeId}:`));
    return own.map((entry) => entry.slice(changeId.length + 1));
  }
}
