import { HttpAnswerError, type FailedRequest } from '../http.errors.js';
import type { IncomingAnswer } from './http.transport.js';
import { discard, readWhole, TooLong } from './read-answer.js';

/** An answer of the server to a request that it has accepted. */
export interface HttpAnswer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** What the server calls JSON, read; any other text as it is; `undefined` where there is none. */
  readonly body: T;
}

/** Answers that have no content. */
const EMPTY: readonly number[] = [204, 205, 304];
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

/**
 * Reads an answer to its end.
 *
 * @throws HttpAnswerError where it is too long, or no JSON although it says so; what the connection fails with.
 */
export async function takeAnswer<T>(
  request: () => FailedRequest,
  answer: IncomingAnswer,
  mostBytes: number,
  method: string,
): Promise<HttpAnswer<T>> {
  const { status, headers, body } = answer;
  if (method === 'HEAD' || EMPTY.includes(status)) {
    await discard(body);
    return { status, headers, body: undefined as T };
  }
  const text = await readWhole(answer, mostBytes).catch((error: unknown) => {
    if (!(error instanceof TooLong)) throw error;
    throw new HttpAnswerError(request(), status, `${error.message}. Ask for less, or raise maxAnswerBytes`);
  });
  return { status, headers, body: parsed(request, status, headers, text) as T };
}

function parsed(request: () => FailedRequest, status: number, headers: Headers, text: string): unknown {
  if (text === '') return undefined;
  if (!JSON_TYPE.test(headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text, which may hold anything.
    throw new HttpAnswerError(request(), status, 'what it calls JSON is none. Tell those who run the server');
  }
}
