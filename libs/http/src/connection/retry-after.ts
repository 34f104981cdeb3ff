/** Milliseconds for which an answer asks to be left alone, by its `Retry-After`; `undefined` where it does not. */
export function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  // By the server's own clock, which the answer tells: that of this machine may be another.
  const waitMs = dateOf(text) - dateOf(headers.get('date') ?? '');
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

/** JavaScript reads dates that HTTP does not know, such as "1.5". */
function dateOf(text: string): number {
  return /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : NaN;
}
