import type { AuditEntry } from './audit-entry.js';
import type { ChangeFacts } from './audit-journal.js';
import type { AuditSnapshot } from './audit-snapshot.js';
import { readMetadata } from './entry-metadata.js';

/** Id of the entries by which a history says that its service was renamed. No change has it: names have no tabs. */
export const RENAME_ID = 'service\trenamed';

/** What such an entry has in place of the facts about a change. */
export const RENAME_SUBJECT: ChangeFacts = {
  changeId: RENAME_ID,
  stage: '-',
  order: '-',
  author: '-',
  className: '-',
  targetSystem: 'audit store',
  txStrategy: 'NON_TX',
  recoveryStrategy: 'MANUAL_INTERVENTION',
  transactional: false,
};

/** True for an entry that is about the name of the service, and about no change. */
export function isRename({ changeId }: Pick<AuditEntry, 'changeId'>): boolean {
  return changeId === RENAME_ID;
}

/** What a history says about the name of its service. */
export type Renaming =
  /** It goes on under another name; nothing may be added to it. */
  | { readonly status: 'closed'; readonly to: string }
  /** It is a copy of the history of another name, and not all of it is there. */
  | { readonly status: 'unfinished'; readonly from: string }
  /** It is a copy of the history of another name, and goes on from it. */
  | { readonly status: 'finished'; readonly from: string };

/** What this history says about it; `undefined` where the service was never renamed. */
export function renamingOf(snapshot: AuditSnapshot): Renaming | undefined {
  const entry = snapshot.get(RENAME_ID);
  if (!entry) return undefined;
  const { to, from = '' } = readMetadata(entry);
  if (to !== undefined) return { status: 'closed', to };
  return { status: entry.state === 'EXECUTED' ? 'finished' : 'unfinished', from };
}

/** The entries of a snapshot that are about changes. */
export function changesOf(snapshot: AuditSnapshot): AuditEntry[] {
  return [...snapshot.values()].filter((entry) => !isRename(entry));
}
