import type { EntityMetadata, ObjectLiteral } from 'typeorm';

/** Paths of what an entity and its children keep, and of the objects among them that are embedded. */
interface Properties {
  readonly paths: ReadonlySet<string>;
  readonly embedded: ReadonlyMap<string, () => object>;
}

const known = new WeakMap<EntityMetadata, Properties>();

/**
 * Path of the first property of a plain object that its entity does not have, and TypeORM therefore would not write.
 * None where it may have come of loading the entity: fields of its class that are no columns, and properties that a listener
 * adds when it is loaded.
 */
export function omittedFrom(metadata: EntityMetadata, values: unknown): string | undefined {
  if (!isPlain(values) || metadata.afterLoadListeners.length > 0) return undefined;
  const properties = propertiesOf(metadata);
  return unknownIn(properties, values, '', () => metadata.create() as object);
}

function unknownIn(
  properties: Properties,
  values: ObjectLiteral,
  prefix: string,
  create: () => object,
): string | undefined {
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const path = prefix + key;
    const embedded = properties.embedded.get(path);
    const inner = embedded && isPlain(value) && unknownIn(properties, value, `${path}.`, embedded);
    if (inner) return inner;
    if (!properties.paths.has(path) && !hasField(create, key)) return path;
  }
  return undefined;
}

/** Whether a new instance has it; true for a class that cannot be instantiated here. */
function hasField(create: () => object, key: string): boolean {
  try {
    return key in create();
  } catch {
    return true;
  }
}

function propertiesOf(metadata: EntityMetadata): Properties {
  const properties = known.get(metadata) ?? readProperties(metadata);
  known.set(metadata, properties);
  return properties;
}

function readProperties(metadata: EntityMetadata): Properties {
  const paths = new Set<string>();
  const embedded = new Map<string, () => object>();
  for (const entity of [metadata, ...metadata.childEntityMetadatas]) {
    const computed = [...entity.relationIds, ...countsOf(entity)];
    for (const { propertyPath } of [...entity.columns, ...entity.relations]) addPath(paths, propertyPath);
    for (const { propertyName } of computed) paths.add(propertyName);
    for (const one of entity.allEmbeddeds) {
      addPath(paths, one.propertyPath);
      for (const { propertyName } of one.relationIds) paths.add(`${one.propertyPath}.${propertyName}`);
      embedded.set(one.propertyPath, () => one.create() as object);
    }
  }
  return { paths, embedded };
}

/** With that of each object around it. */
function addPath(paths: Set<string>, path: string): void {
  const names = path.split('.');
  for (let length = 1; length <= names.length; length += 1) paths.add(names.slice(0, length).join('.'));
}

/** Before TypeORM 1, an entity can have the number of those that it is related to. */
function countsOf(entity: EntityMetadata): readonly { readonly propertyName: string }[] {
  return (entity as { relationCounts?: readonly { readonly propertyName: string }[] }).relationCounts ?? [];
}

function isPlain(value: unknown): value is ObjectLiteral {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of whichever realm: a class stands between its instances and Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
