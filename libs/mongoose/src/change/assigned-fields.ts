import { isDeepStrictEqual } from 'node:util';
import { overrideInherited } from '@nestjs-flamingock/core/adapter';
import mongoose, { type Schema } from 'mongoose';

interface SavedDocument {
  readonly schema: Schema;
  /** As it was read, and as it will be written: fields that the schema does not have are in it as they are stored. */
  readonly _doc: Readonly<Record<string, unknown>>;
}

type Save = (this: SavedDocument, ...args: unknown[]) => Promise<unknown>;

/**
 * Has `save()` reject, while `isInside`, where a field that is stored, and that the schema does not have, was assigned
 * to its document: Mongoose sets up no accessor for such a field, so that the value lies beside the document.
 *
 * @returns ends it
 */
export function refuseAssignedFields(prototype: object, isInside: () => boolean): () => void {
  return overrideInherited(
    prototype as Record<'save', Save>,
    'save',
    (original): Save =>
      async function save(...args) {
        if (isInside()) assertNothingBeside(this);
        return original.apply(this, args);
      },
  );
}

function assertNothingBeside(document: SavedDocument): void {
  const own = document as unknown as Readonly<Record<string, unknown>>;
  const { schema, _doc: stored } = document;
  const beside = Object.keys(stored).find(
    (field) =>
      Object.hasOwn(own, field) &&
      schema.pathType(field) === 'adhocOrUndefined' &&
      !isDeepStrictEqual(own[field], stored[field]),
  );
  if (beside === undefined) return;
  // Its types do not know of the text.
  const StrictModeError = mongoose.Error.StrictModeError as new (path: string, text: string) => Error;
  throw new StrictModeError(
    beside,
    `Field \`${beside}\` is not in schema, so that what was assigned to it is not saved`,
  );
}
