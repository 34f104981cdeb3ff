import { hash } from 'node:crypto';

/** What the idempotency key of a request follows from. */
export interface IdempotencyKeyParts {
  readonly service: string;
  readonly changeId: string;
  /** `hash` of the audit entry with which began what is repeated, see `ChangeRun.origin`. */
  readonly origin: string;
  /** Name of the step; empty outside of steps. */
  readonly step: string;
  /** Which function of the step sends it; `work` outside of steps. */
  readonly calls: 'work' | 'undo' | 'verify';
  /** How often the step was taken back before. */
  readonly undone: number;
  /** Method and path: `POST /api/suppliers`. */
  readonly request: string;
  /** The name of the request, or the how many-th of its method and path it is in the step, from 1. */
  readonly number: string | number;
}

/** The namespace of the keys: a UUID that is used for nothing else. */
export const KEY_NAMESPACE = 'c5b5f2a0-6d0e-4a7c-9a51-0d6f4c1f6f2e';

const NAMESPACE = Buffer.from(KEY_NAMESPACE.replaceAll('-', ''), 'hex');

/**
 * The idempotency key of a request: a UUID of version 5 (RFC 9562) in {@link KEY_NAMESPACE}, of the parts as a JSON array in the
 * order in which they are declared.
 */
export function idempotencyKey(parts: IdempotencyKeyParts): string {
  const { service, changeId, origin, step, calls, undone, request, number } = parts;
  const name = JSON.stringify([service, changeId, origin, step, calls, undone, request, number]);
  const bytes = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'buffer');
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const text = bytes.toString('hex', 0, 16);
  const [low, mid, high, clock] = [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
  ];
  return `${low}-${mid}-${high}-${clock}-${text.slice(20)}`;
}
