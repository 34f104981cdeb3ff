import { mysqlDialect } from '../database/mysql/mysql.dialect.js';
import { postgresDialect } from '../database/postgres/postgres.dialect.js';
import { sqliteDialect } from '../database/sqlite/sqlite.dialect.js';
import { withoutLiterals } from './without-literals.js';

const RULES = {
  postgres: postgresDialect.lexicalRules,
  mysql: mysqlDialect.lexicalRules,
  sqlite: sqliteDialect.lexicalRules,
};

describe('a statement without its literals', () => {
  it.each<[keyof typeof RULES, string, string]>([
    ['postgres', `SELECT "a" FROM t WHERE b = 'x' AND c = 12`, `SELECT "a" FROM t WHERE b = '?' AND c = 12`],
    ['postgres', `SELECT E'it\\'s s3cret', $$s3cret$$, $t$s3cret$t$, $1`, `SELECT '?', '?', '?', $1`],
    ['postgres', `SELECT 'never closed s3cret`, `SELECT '?'`],
    ['postgres', `-- s3cret\nSELECT 1 /* s3cret /* nested s3cret */ s3cret */, 2`, 'SELECT 1 , 2'],
    [
      'mysql',
      `INSERT INTO \`t\` VALUES ("s3\\"cret", 'it\\'s s3cret') # s3cret`,
      "INSERT INTO `t` VALUES ('?', '?')",
    ],
    ['sqlite', `UPDATE "t"\n  SET a = 's3''cret'`, `UPDATE "t" SET a = '?'`],
  ])('is read as %s reads it: %s', (system, statement, shown) => {
    expect(withoutLiterals(statement, RULES[system])).toBe(shown);
  });

  it('is short however long the statement is', () => {
    const many = `INSERT INTO t VALUES ${"('s3cret'), ".repeat(100_000)}`;
    const shown = withoutLiterals(many, RULES.mysql);
    expect(shown.length).toBeLessThanOrEqual(16_000);
    expect(shown).not.toContain('s3cret');
  });
});
