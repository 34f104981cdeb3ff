import { maskSecrets } from '@nestjs-flamingock/core/adapter';

/** An error in one paragraph, without its stack, with secrets masked. */
export function describeError(error: unknown): string {
  return maskSecrets(paragraphOf(error));
}

function paragraphOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(paragraphOf))].join('; ');
  if (!(error instanceof Error)) return String(error);
  const [paragraph = ''] = error.message.trim().split(/\n\s*\n|\nRequire stack:/);
  return paragraph === '' ? error.name : paragraph;
}
