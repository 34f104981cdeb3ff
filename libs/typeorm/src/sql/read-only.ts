/** What a statement that only reads begins with. */
const READS = new Set(['DESC', 'DESCRIBE', 'EXPLAIN', 'SELECT', 'SHOW', 'TABLE', 'VALUES', 'WITH']);
/** What such a statement writes by, or locks rows by. */
const WRITES = new Set(['DELETE', 'INSERT', 'INTO', 'MERGE', 'UPDATE']);
/** Pragmas of SQLite that only tell something, whatever they are given. */
const READING_PRAGMA =
  /^(?:\w+\.)?(?:(?:TABLE|INDEX)_X?INFO|\w+_LIST|(?:INTEGRITY|QUICK|FOREIGN_KEY)_CHECK)$/;

/** True for a statement, by its words, that only reads. What functions do that it calls is not known. */
export function isRead(words: readonly string[]): boolean {
  const [first = '', ...others] = words;
  // A quoted name before it is that of the database.
  const plain = others.find((word) => !/^["`]/.test(word)) ?? '';
  if (first === 'PRAGMA') return READING_PRAGMA.test(plain);
  return READS.has(first) && !words.some((word) => WRITES.has(word));
}
