/** `END IF` and the like end a part of a compound statement. */
const ENDS_OF_BLOCKS = new Set(['CASE', 'FOR', 'IF', 'LOOP', 'REPEAT', 'WHILE']);

/** MariaDB's compound statement outside of procedures, which begins no transaction. */
export function isCompound([first, second, third]: readonly string[]): boolean {
  return first === 'BEGIN' && second === 'NOT' && third === 'ATOMIC';
}

const SAVEPOINT_STATEMENTS = new Set(['SAVEPOINT', 'RELEASE', 'ROLLBACK']);

/** Words by which SQL text would begin or end the transaction behind our back; a savepoint may, unless it has a name of ours. */
export function transactionControl(words: readonly string[]): string | undefined {
  const [first = '', second = ''] = words;
  if (SAVEPOINT_STATEMENTS.has(first) && /^["`]?FLAMINGOCK_/.test(words.at(-1) ?? '')) return words.join(' ');
  switch (first) {
    case 'BEGIN':
      return isCompound(words) ? words.find((word) => word === 'COMMIT') : first;
    case 'END':
      return ENDS_OF_BLOCKS.has(second) ? undefined : first;
    case 'COMMIT':
    case 'ABORT':
    case 'XA':
      return first;
    case 'ROLLBACK':
      return words.slice(1, 3).includes('TO') ? undefined : first;
    case 'START':
    case 'PREPARE':
      return second === 'TRANSACTION' ? `${first} ${second}` : undefined;
    default:
      return undefined;
  }
}
