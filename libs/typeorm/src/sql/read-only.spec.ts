import { isRead } from './read-only.js';
import { statementWords, type LexicalRules } from './statement-words.js';

const RULES: LexicalRules = { mysqlComments: false, postgresTexts: true, backslashes: false, several: true };
const isReading = (text: string) => statementWords(text, RULES, Infinity).every((words) => isRead(words));
const columns = Array.from({ length: 100 }, (_, at) => `1 AS c${at}`).join(', ');

describe('a statement that only reads', () => {
  it.each([
    'SELECT 1',
    "SELECT replace(a, 'x', 'INSERT') FROM t -- UPDATE",
    'WITH a AS (SELECT 1) SELECT * FROM a',
    `SELECT ${columns}`,
    'SHOW TABLES',
    'EXPLAIN SELECT 1',
    'PRAGMA table_info(t)',
    'PRAGMA "main".table_xinfo("t")',
    'PRAGMA main.index_list(t)',
    'PRAGMA foreign_key_check',
  ])('is one: %s', (text) => {
    expect(isReading(text)).toBe(true);
  });

  it.each([
    'INSERT INTO t VALUES (1)',
    'SELECT a INTO b FROM t',
    'SELECT * FROM t FOR UPDATE',
    `WITH x AS (SELECT ${columns}) INSERT INTO t SELECT * FROM x`,
    `SELECT ${columns} INTO b`,
    'SELECT 1; DELETE FROM t',
    'EXPLAIN ANALYZE DELETE FROM t',
    "REPLACE INTO t VALUES ('a')",
    'PRAGMA user_version = 7',
    'PRAGMA writable_schema(1)',
    'CALL p()',
    'BEGIN',
  ])('is none: %s', (text) => {
    expect(isReading(text)).toBe(false);
  });
});
