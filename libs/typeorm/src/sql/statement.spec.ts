import { COMMITTING, HARMLESS } from '../fixtures/mysql-statements.js';
import { commitEffect } from './implicit-commit.js';
import { functionsEffect, mysqlSessionEffect, postgresSessionEffect } from './session-effect.js';
import { statementWords, type LexicalRules } from './statement-words.js';
import { transactionControl } from './transaction-control.js';

const mysql: LexicalRules = { mysqlComments: true, postgresTexts: false, backslashes: true, several: true };
const postgres: LexicalRules = {
  mysqlComments: false,
  postgresTexts: true,
  backslashes: false,
  several: true,
};
const sqlite: LexicalRules = {
  mysqlComments: false,
  postgresTexts: false,
  backslashes: false,
  several: false,
};

/** MySQL does not know them. */
const HARMLESS_ON_MARIADB = ['CREATE OR REPLACE TEMPORARY TABLE t (a INT)', 'ANALYZE SELECT 1'];

const effectsOf = (text: string): string[] =>
  statementWords(text, mysql).map((words) => commitEffect(words).effect);
const controlsOf = (text: string, rules: LexicalRules): (string | undefined)[] =>
  statementWords(text, rules).map(transactionControl);

describe('the effect of a statement on its transaction, on MySQL and MariaDB', () => {
  it.each(COMMITTING)('is a commit: %s', (text) => {
    expect(effectsOf(text)).toContain('commits');
  });

  it.each([...HARMLESS, ...HARMLESS_ON_MARIADB])('is none: %s', (text) => {
    expect(effectsOf(text)).toEqual(['none']);
  });

  it.each([
    'BEGIN NOT ATOMIC DROP TABLE t; END',
    'CALL p()',
    'EXECUTE s',
    `EXECUTE IMMEDIATE 'DROP TABLE t'`,
    'IF 1 THEN DROP TABLE t',
  ])('cannot be seen: %s', (text) => {
    expect(effectsOf(text)).toEqual(['hidden']);
  });
});

describe('the effect of a statement on its session', () => {
  it.each([
    ['lasting', 'set search_path to x'],
    ['lasting', 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY'],
    ['lasting', '/* x */ RESET ALL'],
    ['lasting', 'DO $$ BEGIN PERFORM 1; END $$'],
    ['lasting', 'CREATE UNLOGGED TABLE a (b int); CREATE LOCAL TEMP TABLE t (a int)'],
    ['lasting', 'CREATE TABLE pg_temp.t (a int)'],
    ['lasting', 'SELECT a INTO TEMPORARY TABLE t FROM b'],
    ['lasting', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1'],
    ['transaction', 'SET LOCAL ROLE other'],
    ['changes', 'SET CONSTRAINTS ALL DEFERRED'],
    ['changes', 'SET TRANSACTION READ ONLY'],
    ['none', `UPDATE t SET a = 'SET b'`],
    ['none', 'INSERT INTO temp (a) VALUES (1)'],
    ['none', 'CREATE TABLE t (a int)'],
    ['changes', 'DECLARE c CURSOR FOR SELECT 1'],
  ])('is %s on PostgreSQL: %s', (effect, text) => {
    expect(statementWords(text, postgres).map(postgresSessionEffect).at(-1)).toBe(effect);
  });

  it.each([
    ['lasting', 'set names latin1'],
    ['lasting', '/*!40101 SET @x = 1 */'],
    ['lasting', 'USE other'],
    ['lasting', 'CALL p()'],
    ['lasting', 'CREATE OR REPLACE TEMPORARY TABLE t (a INT)'],
    ['none', 'SET STATEMENT max_statement_time = 1 FOR SELECT 1'],
    ['none', 'UPDATE t SET a = 1'],
  ])('is %s on MySQL and MariaDB: %s', (effect, text) => {
    expect(statementWords(text, mysql).map(mysqlSessionEffect)).toEqual([effect]);
  });

  it.each([
    ['lasting', `SELECT pg_catalog.set_config('search_path', '', false)`],
    ['lasting', `select "set_config"($1, $2, $3)`],
    ['lasting', `SELECT set_config('a.b', 'c', true), set_config('a.d', 'e', false)`],
    ['lasting', 'SELECT pg_try_advisory_lock_shared(1)'],
    ['lasting', `SELECT GET_LOCK('x', 1)`],
    ['transaction', `SELECT set_config('a.b', $1, true), SET_CONFIG('a.c', 'd', TRUE)`],
    ['none', 'SELECT pg_advisory_xact_lock(1)'],
  ])('of its functions is %s: %s', (effect, text) => {
    expect(functionsEffect(text)).toBe(effect);
  });
});

describe('the words of a statement', () => {
  it.each([
    [mysql, `INSERT INTO t VALUES ('it\\'s; COMMIT', "x""; COMMIT"); SELECT 1`, 2],
    [mysql, 'SELECT 1 -- ; COMMIT', 1],
    [mysql, 'SELECT 1--2; SELECT 2', 2],
    [mysql, 'SELECT `a;b``c`', 1],
    [postgres, `SELECT '\\'; SELECT 2`, 2],
    [postgres, `SELECT E'\\'; COMMIT'`, 1],
    [postgres, 'SELECT $x$ ; COMMIT $y$ $x$, $1, $2; SELECT 2', 2],
    [postgres, 'SELECT /* /* ; */ ; COMMIT */ 1', 1],
    [postgres, 'SELECT "a;b"', 1],
    [sqlite, 'CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; END', 1],
    [sqlite, '', 0],
    [mysql, `SELECT 'open`, 1],
    [mysql, 'SELECT 1 /* open', 1],
  ])('are told from texts, names and comments (%#)', (rules, text, count) => {
    expect(statementWords(text, rules)).toHaveLength(count);
  });

  it('of a text of a megabyte are found at once', () => {
    const text = `INSERT INTO t VALUES ${`('${'x'.repeat(1_000)}'), `.repeat(1_000)}('end')`;
    const since = performance.now();
    expect(statementWords(text, mysql)).toEqual([['INSERT', 'INTO', 'T', 'VALUES']]);
    expect(performance.now() - since).toBeLessThan(500);
  });
});

describe('the control of a transaction by SQL text', () => {
  it.each([
    ['begin', 'BEGIN'],
    ['  /* x */ Commit work', 'COMMIT'],
    ['START TRANSACTION READ ONLY', 'START TRANSACTION'],
    ['ROLLBACK', 'ROLLBACK'],
    ['ROLLBACK WORK TO SAVEPOINT s', undefined],
    ['ROLLBACK TO s', undefined],
    ['SAVEPOINT s', undefined],
    [`PREPARE TRANSACTION 'x'`, 'PREPARE TRANSACTION'],
    ['PREPARE s AS SELECT 1', undefined],
    [`XA START 'x'`, 'XA'],
  ])('is seen in %s', (text, control) => {
    expect(controlsOf(text, postgres)).toEqual([control]);
  });

  it('is seen behind another statement', () => {
    expect(controlsOf('SELECT 1; COMMIT', postgres)).toEqual([undefined, 'COMMIT']);
  });
});

describe('a compound statement of MariaDB', () => {
  const single = { ...mysql, several: false };
  const text = 'BEGIN NOT ATOMIC DECLARE n INT; IF n IS NULL THEN INSERT INTO a VALUES (1); END IF; END';

  it.each([mysql, single])('is one statement, and no transaction control: %j', (rules) => {
    expect(controlsOf(text, rules)).toEqual([undefined]);
    expect(controlsOf('IF 1 THEN SELECT 1; END IF', rules)).not.toContain('END');
  });

  it.each([mysql, single])('is transaction control where it commits: %j', (rules) => {
    expect(controlsOf('BEGIN NOT ATOMIC INSERT INTO a VALUES (1); COMMIT; END', rules)).toEqual(['COMMIT']);
    expect(controlsOf('BEGIN', rules)).toEqual(['BEGIN']);
  });
});
