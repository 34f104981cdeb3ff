/** What a statement that only reads begins with. */
const READS = new Set(['DESC', 'DESCRIBE', 'EXPLAIN', 'PRAGMA', 'SELECT', 'SHOW', 'TABLE', 'VALUES', 'WITH']);
/** What such a statement writes by, or locks rows by. */
const WRITES = new Set(['DELETE', 'INSERT', 'INTO', 'MERGE', 'REPLACE', 'UPDATE']);

/** True for a statement, by its words, that only reads. What functions do that it calls is not known. */
export function isRead(words: readonly string[]): boolean {
  const [first = ''] = words;
  return READS.has(first) && !words.some((word) => WRITES.has(word));
}
