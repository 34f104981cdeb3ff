/** An error in one paragraph, without its stack. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map(describeError))].join('; ');
  if (!(error instanceof Error)) return String(error);
  const [paragraph = ''] = error.message.trim().split(/\n\s*\n|\nRequire stack:/);
  return paragraph === '' ? error.name : paragraph;
}
