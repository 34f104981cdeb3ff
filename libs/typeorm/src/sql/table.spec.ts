import { columnsOf, tableName, type Table } from './table.js';

const TABLE: Table = { name: 'notes', columns: { key: { type: 'key' } }, primaryKey: ['key'] };

describe('what every statement on a table has in it', () => {
  it('is made once for the table, and not for each statement', () => {
    expect(tableName(TABLE)).toBe(tableName(TABLE));
    expect(columnsOf(TABLE)).toBe(columnsOf(TABLE));
  });

  it('is that of its own place', () => {
    expect(tableName({ ...TABLE, schema: 'app' })).not.toEqual(tableName(TABLE));
  });
});
