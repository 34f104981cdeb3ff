import { isCompound } from './transaction-control.js';

/** What a statement of MySQL or MariaDB does to the transaction that it runs in. */
export type CommitEffect =
  /** Commits it, besides any other effect. */
  | { readonly effect: 'commits'; readonly statement: string }
  /** Runs other statements that its text does not show. */
  | { readonly effect: 'hidden' }
  | { readonly effect: 'none' };

const NONE: CommitEffect = { effect: 'none' };

/** Commit, by their first word. From the manuals of MySQL 8 and MariaDB 11, "Statements That Cause an Implicit Commit". */
const ALWAYS = new Set(
  (
    'ALTER BACKUP CACHE CHANGE CHECK CLONE FLUSH GRANT IMPORT INSTALL LOCK OPTIMIZE RENAME REPAIR RESET ' +
    'REVOKE START STOP TRUNCATE UNINSTALL UNLOCK'
  ).split(' '),
);

/** Compound and prepared statements, and calls. */
const HIDING = new Set('CALL CASE EXECUTE FOR IF LOOP REPEAT WHILE'.split(' '));

/** What they bring to run, in functions and triggers, may not commit: the servers refuse that. */
const HARMLESS = new Set(
  'DELETE DO INSERT RELEASE REPLACE ROLLBACK SAVEPOINT SELECT SET SHOW UPDATE'.split(' '),
);

/**
 * Whether one of the statements that a change may run, given its words, is certain not to commit: more than that it is
 * not known to.
 */
export function neverCommits([first = '', second = '']: readonly string[]): boolean {
  return HARMLESS.has(first) && !(first === 'SET' && second === 'STATEMENT');
}

/** The effect of a statement, given its words. */
export function commitEffect(words: readonly string[]): CommitEffect {
  const [first = '', second = ''] = words;
  const commits: CommitEffect = { effect: 'commits', statement: `${first} ${second}`.trim() };
  if (ALWAYS.has(first)) return commits;
  if (HIDING.has(first) || isCompound(words)) return { effect: 'hidden' };
  switch (first) {
    case 'CREATE':
    case 'DROP':
      return isTemporary(words) || second === 'PREPARE' ? NONE : commits;
    case 'ANALYZE':
      return ['TABLE', 'LOCAL', 'NO_WRITE_TO_BINLOG'].includes(second) ? commits : NONE;
    case 'LOAD':
      return second === 'INDEX' ? commits : NONE;
    case 'SET':
      return setEffect(words);
    default:
      return NONE;
  }
}

function isTemporary(words: readonly string[]): boolean {
  return (words[1] === 'OR' ? words[3] : words[1]) === 'TEMPORARY';
}

function setEffect(words: readonly string[]): CommitEffect {
  // MariaDB: SET STATEMENT variable = value FOR statement.
  if (words[1] === 'STATEMENT') return commitEffect(words.slice(words.indexOf('FOR') + 1));
  const rights = words[1] === 'PASSWORD' || (words[1] === 'DEFAULT' && words[2] === 'ROLE');
  if (rights) return { effect: 'commits', statement: words.slice(0, 2).join(' ') };
  const autocommit = words.some((word) => /^(@@(\w+\.)?)?`?AUTOCOMMIT`?$/.test(word));
  return autocommit ? { effect: 'commits', statement: 'SET autocommit' } : NONE;
}
