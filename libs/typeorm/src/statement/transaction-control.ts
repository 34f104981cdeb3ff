/** Words by which SQL text would begin or end the transaction behind our back; a savepoint may. */
export function transactionControl(words: readonly string[]): string | undefined {
  const [first = '', second = ''] = words;
  switch (first) {
    case 'BEGIN':
    case 'COMMIT':
    case 'END':
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
