import { factText, type TargetDiagnosis } from '@nestjs-flamingock/core/adapter';

/** What is read of an error that OpenSearch answered with. */
interface ErrorResponse {
  readonly status?: unknown;
  readonly type?: string | undefined;
  readonly reason?: string | undefined;
  readonly object?: string | undefined;
  readonly statement?: string | undefined;
}

/** What a `ResponseError` of the client tells, read by its shape; nothing of any other error. */
export function responseOf(error: object): ErrorResponse {
  const { name, meta } = error as { name?: unknown; meta?: unknown };
  if (name !== 'ResponseError' || !isRecord(meta)) return {};
  const cause = isRecord(meta['body']) ? meta['body']['error'] : undefined;
  const { type, reason, index } = isRecord(cause)
    ? cause
    : { type: undefined, reason: undefined, index: undefined };
  return {
    status: meta['statusCode'],
    type: factText(type),
    reason: factText(reason),
    object: factText(index),
    statement: requestOf(meta),
  };
}

/** What `diagnose` of the target system answers: type and status of the answer, the index, method and path of the request. */
export function diagnose(error: unknown): TargetDiagnosis {
  if (typeof error !== 'object' || error === null) return {};
  const { status, type, object, statement } = responseOf(error);
  if (status === undefined) return {};
  return { code: factText(status), codeName: type, object, statement };
}

/** Ids of documents are values of the change's data, so the path ends where they begin. */
function requestOf(meta: Readonly<Record<string, unknown>>): string | undefined {
  const inner = isRecord(meta['meta']) ? meta['meta'] : {};
  const request = isRecord(inner['request']) ? inner['request']['params'] : undefined;
  if (!isRecord(request)) return undefined;
  const method = factText(request['method']);
  const path = factText(request['path'])?.replace(/(\/_(?:doc|create|update|source|explain))\/.*/s, '$1/…');
  return method === undefined || path === undefined ? undefined : `${method} ${path}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
