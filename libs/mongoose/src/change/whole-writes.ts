import { overrideMethod } from '@nestjs-flamingock/core';
import type { Connection, Model, Schema } from 'mongoose';
import { OmittedWriteError } from '../mongoose.errors.js';
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
 */
export function refuseOmissions(connection: Connection, isInside: () => boolean): () => void {
  const giveBack: (() => void)[] = [];
  const seen = new Set<object>();

  const onSchema = (schema: Schema): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    const { options, _userProvidedOptions: given } = schema as unknown as SchemaOptions;
    giveBack.push(
      throwWhereTrue(options, 'strict', isInside),
      throwWhereTrue(options, 'strictQuery', isInside),
      throwWhereTrue(given, 'strictQuery', isInside),
    );
    for (const { schema: child } of schema.childSchemas) onSchema(child);
  };
  const onModel = <M>(model: M): M => {
    const { schema } = model as AnyModel;
    if (seen.has(model as object)) return model;
    seen.add(model as object);
    onSchema(schema);
    const { prototype } = (model as unknown as { Query: { prototype: UpdateQuery } }).Query;
    giveBack.push(overrideExec(prototype, isInside));
    giveBack.push(refuseAssignedFields((model as AnyModel).prototype as object, isInside));
    const host = model as unknown as Record<'insertMany' | 'bulkWrite', WriteMany>;
    for (const method of ['insertMany', 'bulkWrite'] as const) {
      giveBack.push(overrideMethod(host, method, (original) => throwing(original, isInside)));
    }
    return model;
  };
  const onConnection = (host: Connection): Connection => {
    if (seen.has(host)) return host;
    seen.add(host);
    for (const model of Object.values(host.models)) onModel(model);
    const makers = host as unknown as Record<'model' | 'useDb', (...args: unknown[]) => unknown>;
    giveBack.push(
      overrideMethod(
        makers,
        'model',
        (original) =>
          (...args) =>
            onModel(original(...args)),
      ),
      overrideMethod(
        makers,
        'useDb',
        (original) =>
          (...args) =>
            onConnection(original(...args) as Connection),
      ),
    );
    return host;
  };

  giveBack.push(
    throwWhereTrue((connection.base as { options?: StrictOptions }).options ?? {}, 'strictQuery', isInside),
  );
  onConnection(connection);
  return () => giveBack.forEach((one) => one());
}

/**
 * Does `work`.
 *
 * @throws OmittedWriteError in place of Mongoose's own error about what it was not to leave out.
 */
export async function explainOmissions<T>(changeId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error && isOmission(error) ? new OmittedWriteError(changeId, error) : error;
  }
}

function isOmission(error: Error & { reason?: unknown; errors?: Record<string, unknown> }): boolean {
  if (error.name === 'StrictModeError' || error.name === 'MongooseBulkWriteError') return true;
  const inner: unknown[] = [error.reason, ...Object.values<unknown>(error.errors ?? {})];
  return inner.some((one) => one instanceof Error && isOmission(one));
}

/** An update says it by itself as well, for a schema's own word does not reach immutable fields. */
function overrideExec(prototype: UpdateQuery, isInside: () => boolean): () => void {
  const original = prototype.exec;
  prototype.exec = function exec(this: UpdateQuery) {
    const isStrict = isInside() && this.model.schema.get('strict') === 'throw';
    if (isStrict && this.mongooseOptions().strict === undefined) this.setOptions({ strict: 'throw' });
    return original.call(this);
  };
  return () => Reflect.deleteProperty(prototype, 'exec');
}

function throwing(original: WriteMany, isInside: () => boolean): WriteMany {
  return (items, options) =>
    isInside() && options?.ordered === false
      ? original(items, { throwOnValidationError: true, ...options })
      : original(items, options);
}
