import { errorText } from '@nestjs-flamingock/core/adapter';
import { AlertNotDeliveredError } from './alerts.errors.js';

/** What is sent to a receiver. */
export interface Post {
  /** Of the channel. */
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends a body by HTTP POST. Nothing of the answer is read but its status and `Retry-After`, so that neither its length
 * nor what it repeats does any harm; a redirect is not followed.
 *
 * @throws AlertNotDeliveredError for every status but 2xx, or where there is no answer; the reason of `signal` when it aborts.
 */
export async function post({ name, url, headers, body }: Post, signal: AbortSignal): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new AlertNotDeliveredError(name, errorText(error).replaceAll('\n', ', '));
  }
  // What it has to say is not wanted; a connection that breaks off then changes nothing.
  void response.body?.cancel().catch(() => undefined);
  if (response.ok) return;
  const { status } = response;
  const isRedirect = status >= 300 && status < 400;
  const why = `its receiver answered with status ${status}${isRedirect ? ', and a redirect is not followed' : ''}`;
  throw new AlertNotDeliveredError(name, why, retryAfterMs(response.headers));
}

/** Of both forms of the header; a date counts from that of the answer, so that clocks need not agree. */
function retryAfterMs(headers: Headers): number {
  const after = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1_000;
  const ms = Date.parse(after) - Date.parse(headers.get('date') ?? '');
  return ms > 0 ? ms : 0;
}
