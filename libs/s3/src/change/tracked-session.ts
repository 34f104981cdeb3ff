import { ReadOnlyStatementError } from '@nestjs-flamingock/core';
import type { ChangeStatements } from '@nestjs-flamingock/core/adapter';
import { OWN_FOLDER } from '../connection/own-folder.js';
import type { S3Body } from '../connection/upload.js';
import { S3KeyError } from '../s3.errors.js';
import { isReserved } from './direct-session.js';
import type {
  ObjectSession,
  S3ListedObject,
  S3ObjectInfo,
  S3PutOptions,
  S3StoredObject,
} from './s3-objects.js';

/** Bytes that a whole key may have. */
const MAX_KEY_BYTES = 1_024;

/** Asks before each call whether the change may go on, and takes note of it until it has ended. */
export class TrackedSession implements ObjectSession {
  constructor(
    private readonly inner: ObjectSession,
    private readonly statements: ChangeStatements,
    private readonly prefix: string,
  ) {}

  put(key: string, body: S3Body, options: S3PutOptions): Promise<void> {
    return this.write(`put ${key}`, [key], () => this.inner.put(key, body, options));
  }

  delete(key: string): Promise<void> {
    return this.write(`delete ${key}`, [key], () => this.inner.delete(key));
  }

  copy(from: string, to: string): Promise<void> {
    return this.write(`copy ${from} to ${to}`, [from, to], () => this.inner.copy(from, to));
  }

  restorePrevious(key: string): Promise<void> {
    return this.write(`restore ${key}`, [key], () => this.inner.restorePrevious(key));
  }

  get(key: string): Promise<S3StoredObject | undefined> {
    return this.ask(`get ${key}`, [key], () => this.inner.get(key));
  }

  head(key: string): Promise<S3ObjectInfo | undefined> {
    return this.ask(`head ${key}`, [key], () => this.inner.head(key));
  }

  async *list(prefix: string): AsyncGenerator<S3ListedObject> {
    const objects = this.inner.list(prefix)[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.ask(`list ${prefix}`, [], () => objects.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  private write<T>(text: string, keys: readonly string[], send: () => Promise<T>): Promise<T> {
    return this.ask(text, keys, async () => {
      const { changeId, mayOnlyRead } = this.statements;
      const remedy = 'Send what only reads: get, head and list.';
      if (mayOnlyRead) throw new ReadOnlyStatementError(changeId, text, remedy);
      this.statements.noteWrite();
      return send();
    });
  }

  private async ask<T>(text: string, keys: readonly string[], send: () => Promise<T>): Promise<T> {
    this.statements.assertOpen(text);
    for (const key of keys) this.checkKey(key);
    return this.statements.track(text, send());
  }

  private checkKey(key: unknown): void {
    const { changeId } = this.statements;
    if (typeof key !== 'string' || key === '')
      throw new S3KeyError(changeId, key, 'a key is a text that is not empty');
    if (Buffer.byteLength(this.prefix + key) > MAX_KEY_BYTES) {
      throw new S3KeyError(changeId, key, `with its prefix it has more than ${MAX_KEY_BYTES} bytes`);
    }
    if (isReserved(key))
      throw new S3KeyError(changeId, key, `what begins with ${OWN_FOLDER} belongs to this library`);
  }
}
