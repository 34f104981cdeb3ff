import { statementWords, type LexicalRules } from './statement-words.js';

/** How far what a statement does to its session reaches. */
export type SessionEffect =
  /** It leaves the session alone, as far as its text shows. */
  | 'none'
  /** To the end of the transaction, for statements of changes alone: an open cursor, when constraints are checked. */
  | 'changes'
  /** To the end of the transaction: `SET LOCAL`. */
  | 'transaction'
  /** To the next user of the connection: settings, temporary tables, advisory locks. Or an effect that the text does not show. */
  | 'lasting';

/** By their first word, those whose effect lasts; what `CALL`, `DO` and `EXECUTE` run does not show. */
const LASTING_ON_POSTGRES = words('CALL DEALLOCATE DISCARD DO EXECUTE LISTEN LOAD PREPARE RESET UNLISTEN');

/** The same on MySQL and MariaDB, with the compound statements of MariaDB. */
const LASTING_ON_MYSQL = words(
  'BACKUP CALL CASE DEALLOCATE EXECUTE FLUSH FOR HANDLER IF LOCK LOOP PREPARE REPEAT USE WHILE XA',
);

/** The effect of a statement of PostgreSQL, given its words. */
export function postgresSessionEffect(statement: readonly string[]): SessionEffect {
  const [first = '', second = ''] = statement;
  if (LASTING_ON_POSTGRES.has(first) || makesTemporary(statement)) return 'lasting';
  if (first === 'DECLARE') return statement.includes('HOLD') ? 'lasting' : 'changes';
  if (first !== 'SET') return 'none';
  if (second === 'TRANSACTION' || second === 'CONSTRAINTS') return 'changes';
  return second === 'LOCAL' ? 'transaction' : 'lasting';
}

/** The effect of a statement of MySQL or MariaDB, given its words: what it sets lasts. */
export function mysqlSessionEffect(statement: readonly string[]): SessionEffect {
  const [first = '', second = ''] = statement;
  if (LASTING_ON_MYSQL.has(first) || makesTemporary(statement)) return 'lasting';
  // The savepoint of a change takes the place of the one before, and of no other.
  if (first === 'SAVEPOINT') return 'changes';
  if (first !== 'SET') return 'none';
  // MariaDB: SET STATEMENT variable = value FOR statement.
  if (second !== 'STATEMENT') return 'lasting';
  return mysqlSessionEffect(statement.slice(statement.indexOf('FOR') + 1));
}

const FUNCTIONS = /\b(?:set_config|pg_(?:try_)?advisory_lock|get_lock|dblink_connect)/i;
const LOCAL_SET_CONFIG = /\bset_config\s*\([^()]*,\s*true\s*\)/gi;

/** The effect of the functions that an SQL text calls, as far as it names them. */
export function functionsEffect(text: string): SessionEffect {
  if (!FUNCTIONS.test(text)) return 'none';
  return FUNCTIONS.test(text.replaceAll(LOCAL_SET_CONFIG, '')) ? 'lasting' : 'transaction';
}

/** `CREATE TEMPORARY …`, and PostgreSQL's `SELECT … INTO TEMPORARY …`. */
function makesTemporary(statement: readonly string[]): boolean {
  const from = statement[0] === 'CREATE' ? 1 : statement.indexOf('INTO') + 1;
  if (from === 0 || statement[0] === 'INSERT') return false;
  return statement.slice(from, from + 5).some((word) => /^TEMP(?:ORARY)?$|^PG_TEMP\./.test(word));
}

/** True if an SQL text does something to its session that lasts, given what its statements do. */
export function altersSession(
  text: string,
  rules: LexicalRules,
  effectOf: (statement: readonly string[]) => SessionEffect,
): boolean {
  const effects = statementWords(text, rules).map((statement) => effectOf(statement));
  return [functionsEffect(text), ...effects].includes('lasting');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
