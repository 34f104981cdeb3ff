import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import { isRead } from '../sql/read-only.js';
import { statementWords, type LexicalRules } from '../sql/statement-words.js';

const REMEDY = 'Send SELECT statements, without locks.';

/** @throws ReadOnlyStatementError for a text of which a statement does more than read. */
export function assertReads(changeId: string, text: string, rules: LexicalRules): void {
  // What writes may come last: after a hundred columns, say.
  const writing = statementWords(text, rules, Infinity).find((words) => !isRead(words));
  if (writing) throw new ReadOnlyStatementError(changeId, writing[0] ?? '', REMEDY);
}
