import { errorText, post, type Post } from '@nestjs-flamingock/core/adapter';
import { AlertNotDeliveredError } from './alerts.errors.js';

/** What is sent to the receiver of a channel. */
export interface ChannelPost extends Post {
  /** Of the channel. */
  readonly name: string;
}

/**
 * Sends a body by HTTP POST. Nothing of the answer is read but its status and `Retry-After`; a redirect is not followed.
 *
 * @throws AlertNotDeliveredError for every status but 2xx, or where there is no answer; the reason of `signal` when it aborts.
 */
export async function postTo({ name, ...sent }: ChannelPost, signal: AbortSignal): Promise<void> {
  const { status, headers } = await post(sent, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new AlertNotDeliveredError(name, errorText(error).replaceAll('\n', ', '));
  });
  if (status >= 200 && status < 300) return;
  const isRedirect = status >= 300 && status < 400;
  const why = `its receiver answered with status ${status}${isRedirect ? ', and a redirect is not followed' : ''}`;
  throw new AlertNotDeliveredError(name, why, retryAfterMs(headers));
}

/** Of both forms of the header; a date counts from that of the answer, so that clocks need not agree. */
function retryAfterMs(headers: Headers): number {
  const after = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1_000;
  const ms = Date.parse(after) - Date.parse(headers.get('date') ?? '');
  return ms > 0 ? ms : 0;
}
