import { isConnectionFailure } from '@nestjs-flamingock/core/adapter';

/** Codes with which a connection is not made: no name, nobody there, no agreement on encryption. */
const NOT_MADE =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|ERR_INVALID_URL)/;
const DEEPEST = 5;

interface Fields {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** True where an error of a client says that there was no connection, so that nothing was sent. Read by shape. */
export function isUnsent(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return false;
  const { code, syscall, cause, errors } = error as Fields;
  if (NOT_MADE.test(String(code)) || syscall === 'connect' || syscall === 'getaddrinfo') return true;
  // Of several addresses of a name, all have to be out of reach.
  if (Array.isArray(errors) && errors.length > 0) return errors.every((one) => isUnsent(one, depth + 1));
  return isUnsent(cause, depth + 1);
}

/** What `isTransient` of the target system says of an error that is none of this library. */
export function isLost(error: unknown): boolean {
  return isUnsent(error) || isConnectionFailure(error);
}

/** Code and message of the innermost cause, which is what an operator can look for. */
export function reasonOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  if (cause instanceof Error && depth < DEEPEST) return reasonOf(cause, depth + 1);
  const { code } = error as Fields;
  return typeof code === 'string' && !message.includes(code)
    ? `${message || 'it failed'} (${code})`
    : message || String(code);
}
