import type { IncomingMessage } from 'node:http';
import { InvalidBodyError, RequestTooLargeError } from '../options/request.errors.js';
import { headerOf, type PlatformRequest } from './exchange.js';

/** Longest body of an action, in bytes. */
export const MAX_BODY = 16 * 1024;

/**
 * The body of an action, as the application has parsed it; read here where the application parses none.
 *
 * @throws RequestRefusedError for what is too large, or no object in JSON.
 */
export async function bodyOf(request: PlatformRequest): Promise<Readonly<Record<string, unknown>>> {
  if (Number(headerOf(request, 'content-length') ?? 0) > MAX_BODY) throw tooLarge();
  const type = headerOf(request, 'content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new InvalidBodyError('The body has to be JSON, as its Content-Type.');
  const body = request.body ?? parsed(await readAll(request.raw ?? (request as unknown as IncomingMessage)));
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidBodyError('The body has to be an object in JSON.');
  if (Buffer.byteLength(JSON.stringify(body)) > MAX_BODY) throw tooLarge();
  return body as Record<string, unknown>;
}

async function readAll(stream: IncomingMessage): Promise<string> {
  if (stream.readableEnded) return '';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidBodyError('The body is no JSON.');
  }
}

function tooLarge(): RequestTooLargeError {
  return new RequestTooLargeError(`The body has more than ${MAX_BODY} bytes.`);
}
