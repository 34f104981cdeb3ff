import { OmittedWriteError } from '@nestjs-flamingock/core';
import { overrideInherited, overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { Connection, Model, Schema } from 'mongoose';
import { refuseAssignedFields } from './assigned-fields.js';
import { throwWhereTrue, type StrictOptions } from './strict-options.js';

type AnyModel = Model<unknown>;
type WriteMany = (items: unknown, options?: BulkOptions) => unknown;

interface BulkOptions {
  readonly ordered?: boolean;
  readonly throwOnValidationError?: boolean;
}

interface SchemaOptions {
  readonly options: StrictOptions;
  /** Those that go before the ones of `mongoose.set`. */
  readonly _userProvidedOptions: StrictOptions;
}

interface UpdateQuery {
  readonly model: AnyModel;
  exec: (this: UpdateQuery) => Promise<unknown>;
  mongooseOptions(): StrictOptions;
  setOptions(options: StrictOptions): unknown;
}

/**
 * Has Mongoose refuse, while `isInside`, what it would leave out in silence: a field that the schema does not have,
 * or that is immutable, also of a filter, and the invalid items of an unordered batch. What a call says itself
 * (`strict`, `strictQuery`, `throwOnValidationError`) goes before.
 *
 * @returns ends it
 */
export function refuseOmissions(connection: Connection, isInside: () => boolean): () => void {
  const refusals = new Refusals(isInside);
  refusals.onOptions((connection.base as { options?: StrictOptions }).options ?? {}, 'strictQuery');
  refusals.onConnection(connection);
  return () => refusals.end();
}

/** What is refused on the models of a connection and their schemas, those that come later included. */
class Refusals {
  private readonly restores: (() => void)[] = [];
  private readonly seen = new Set<object>();

  constructor(private readonly isInside: () => boolean) {}

  onOptions(options: StrictOptions, name: keyof StrictOptions): void {
    this.restores.push(throwWhereTrue(options, name, this.isInside));
  }

  onConnection(connection: Connection): Connection {
    if (this.isKnown(connection)) return connection;
    for (const model of Object.values<AnyModel>(connection.models)) this.onModel(model);
    this.onMade(connection, 'model', (model) => this.onModel(model as AnyModel));
    this.onMade(connection, 'useDb', (other) => this.onConnection(other as Connection));
    return connection;
  }

  end(): void {
    this.restores.forEach((restore) => restore());
  }

  /** What the connection makes by that method. */
  private onMade(connection: Connection, maker: 'model' | 'useDb', on: (made: unknown) => unknown): void {
    const host = connection as unknown as Record<typeof maker, (...args: unknown[]) => unknown>;
    this.restores.push(
      overrideMethod(
        host,
        maker,
        (original) =>
          (...args) =>
            on(original(...args)),
      ),
    );
  }

  private onModel(model: AnyModel): AnyModel {
    if (this.isKnown(model)) return model;
    this.onSchema(model.schema);
    const { isInside } = this;
    const { prototype } = (model as unknown as { Query: { prototype: UpdateQuery } }).Query;
    this.restores.push(overrideExec(prototype, isInside));
    this.restores.push(refuseAssignedFields(model.prototype as object, isInside));
    const host = model as unknown as Record<'insertMany' | 'bulkWrite', WriteMany>;
    for (const method of ['insertMany', 'bulkWrite'] as const)
      this.restores.push(overrideMethod(host, method, (original) => throwing(original, isInside)));
    return model;
  }

  private onSchema(schema: Schema): void {
    if (this.isKnown(schema)) return;
    const { options, _userProvidedOptions: given } = schema as unknown as SchemaOptions;
    this.onOptions(options, 'strict');
    this.onOptions(options, 'strictQuery');
    this.onOptions(given, 'strictQuery');
    for (const { schema: child } of schema.childSchemas) this.onSchema(child);
  }

  private isKnown(one: object): boolean {
    const isKnown = this.seen.has(one);
    this.seen.add(one);
    return isKnown;
  }
}

/**
 * Does `work`.
 *
 * @throws OmittedWriteError in place of Mongoose's own error about a field or item that it would have left out.
 */
export async function explainOmissions<T>(changeId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error && isOmission(error) ? omissionError(changeId, error) : error;
  }
}

function isOmission(error: Error & { reason?: unknown; errors?: Record<string, unknown> }): boolean {
  if (error.name === 'StrictModeError' || error.name === 'MongooseBulkWriteError') return true;
  const inner: unknown[] = [error.reason, ...Object.values<unknown>(error.errors ?? {})];
  return inner.some((one) => one instanceof Error && isOmission(one));
}

/** An update says it by itself as well, for a schema's own word does not reach immutable fields. */
function overrideExec(prototype: UpdateQuery, isInside: () => boolean): () => void {
  return overrideInherited<'exec', UpdateQuery['exec']>(
    prototype,
    'exec',
    (original) =>
      function exec() {
        const isStrict = isInside() && this.model.schema.get('strict') === 'throw';
        if (isStrict && this.mongooseOptions().strict === undefined) this.setOptions({ strict: 'throw' });
        return original.call(this);
      },
  );
}

function throwing(original: WriteMany, isInside: () => boolean): WriteMany {
  return (items, options) =>
    isInside() && options?.ordered === false
      ? original(items, { throwOnValidationError: true, ...options })
      : original(items, options);
}

function omissionError(changeId: string, cause: Error): OmittedWriteError {
  const omission = {
    driver: 'Mongoose',
    what: cause.message.replace(/\.$/, ''),
    remedy:
      'To write a field that the schema does not have, or no longer, say { strict: false }: Model.updateMany(filter, ' +
      'update, { strict: false }), or document.set(field, value, { strict: false }); insert a new document through ' +
      'Model.collection. To look for one, say { strictQuery: false }. To leave it out, say { strict: true }. A batch ' +
      'with { ordered: false } has to be valid as a whole, unless it says { throwOnValidationError: false }.',
  };
  return new OmittedWriteError(changeId, omission, { cause });
}
