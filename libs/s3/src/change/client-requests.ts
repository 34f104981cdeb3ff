import type { S3Client } from '@aws-sdk/client-s3';
import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import type { ChangeStatements } from '@nestjs-flamingock/core/adapter';
import type { Send } from '../connection/bucket.js';
import { S3PlainWriteError } from '../s3.errors.js';

/** How operations begin that only read. What is not known to read is taken for a write. */
const READS = /^(?:Get|Head|List|SelectObjectContent$)/;

type Callback = (error: unknown, answer?: unknown) => void;

/** The requests that a change, and services that it calls, give the plain client. */
export class ClientRequests {
  /** The client as the change is given it. */
  readonly client: S3Client;
  private firstRefusal: Error | undefined;

  /**
   * @param raw how a request is sent, past every hook
   * @param transactional whether what writes is refused, because it would take effect at once
   */
  constructor(
    client: S3Client,
    private readonly raw: Send,
    private readonly statements: ChangeStatements,
    private readonly transactional: boolean,
  ) {
    this.client = Object.create(client, { send: { value: this.send } }) as S3Client;
  }

  get send(): Send {
    return ((command: object, ...rest: unknown[]) => {
      const callback = rest.at(-1);
      if (typeof callback !== 'function') return this.request(command, rest);
      const done = callback as Callback;
      this.request(command, rest.slice(0, -1)).then((answer) => done(null, answer), done);
      return undefined;
    }) as Send;
  }

  /** @throws S3PlainWriteError if a request was refused, whether or not the change took notice. */
  assertNoneRefused(): void {
    if (this.firstRefusal) throw this.firstRefusal;
  }

  private async request(command: object, rest: readonly unknown[]): Promise<unknown> {
    const operation = operationOf(command);
    this.statements.assertOpen(operation);
    if (!READS.test(operation)) this.admitWrite(operation);
    const send = this.raw as unknown as (...sent: unknown[]) => Promise<unknown>;
    return this.statements.track(operation, send(command, ...rest));
  }

  private admitWrite(operation: string): void {
    const { changeId, mayOnlyRead } = this.statements;
    if (mayOnlyRead) {
      const remedy = 'Send requests that only read, such as GetObject, HeadObject and ListObjectsV2.';
      throw new ReadOnlyStatementError(changeId, operation, remedy);
    }
    if (!this.transactional) return;
    this.statements.noteWrite();
    const refusal = new S3PlainWriteError(changeId, operation);
    this.firstRefusal ??= refusal;
    throw refusal;
  }
}

/** What a command asks for, as Amazon names it: by its schema, which keeps its name where a bundler renames classes. */
function operationOf(command: object): string {
  const schema = (command as { readonly schema?: unknown }).schema;
  const name: unknown = Array.isArray(schema) ? schema[2] : undefined;
  return typeof name === 'string' ? name : command.constructor.name.replace(/Command$/, '');
}
