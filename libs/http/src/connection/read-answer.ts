import type { IncomingAnswer } from './http.transport.js';

/** The answer is longer than it may be. */
export class TooLong extends Error {
  override readonly name = 'TooLong';
}

/**
 * Reads an answer to its end.
 *
 * @throws TooLong once it has more than `mostBytes`, and the connection is closed.
 */
export async function readWhole({ body, headers, text }: IncomingAnswer, mostBytes: number): Promise<string> {
  if (text && lengthOf(headers) <= mostBytes) return text();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.byteLength;
    if (bytes > mostBytes) throw new TooLong(`it has more than ${mostBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Of one that is packed it is not known how long it is. */
function lengthOf(headers: Headers): number {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? Infinity : Number(length);
}

/** Reads no more of an answer than so many bytes. What breaks off then has its begin, all the same. */
export async function readBegin(
  body: AsyncIterable<Uint8Array> | undefined,
  mostBytes: number,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body ?? []) {
      parts.push(part);
      bytes += part.byteLength;
      if (bytes >= mostBytes) break;
    }
  } catch {
    // What has come is what can be told.
  }
  return Buffer.concat(parts).toString('utf8').slice(0, mostBytes);
}

/** Closes the connection of an answer that nobody reads. */
export async function discard(body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  await readBegin(body, 1);
}
