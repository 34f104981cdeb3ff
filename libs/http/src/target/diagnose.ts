import { factText, type TargetDiagnosis } from '@nestjs-flamingock/core/adapter';

interface ErrorFields {
  readonly code?: unknown;
  readonly method?: unknown;
  readonly url?: unknown;
  readonly status?: unknown;
  readonly retryAfterMs?: unknown;
}

/** What `diagnose` of the target system answers, by the error's shape: status, or code of the connection, and the request. */
export function diagnose(error: unknown): TargetDiagnosis {
  if (typeof error !== 'object' || error === null) return {};
  const { code, method, url, status } = error as ErrorFields;
  const name = factText(code);
  if (name?.startsWith('FLAMINGOCK_HTTP_') !== true) return isConnectionCode(name) ? { code: name } : {};
  const statement =
    typeof method === 'string' && typeof url === 'string' ? `${method} ${pathOf(url)}` : undefined;
  return { code: factText(status), statement };
}

/** What `retryAfterMs` of the target system answers, by the error's shape. */
export function askedMs(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { retryAfterMs } = error as ErrorFields;
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
}

/** As Node and undici call what fails on a connection. */
function isConnectionCode(code: string | undefined): code is string {
  return code !== undefined && /^(?:E[A-Z]+|UND_ERR_\w+)$/.test(code);
}

/** A query is data of the change. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
