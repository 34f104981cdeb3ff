import { types } from 'node:util';

/**
 * How something came to be given out: `now` by a property or a call, `later` by a promise or to a callback. What
 * comes later is mostly what was asked for, such as an entity, and seldom the means to ask.
 */
export type Arrival = 'now' | 'later';

/** A function as a guarded object finds it: with any receiver and arguments. */
export type Callable = (this: unknown, ...args: unknown[]) => unknown;

type Members = 'none' | 'getters' | 'methods' | 'async methods';
/** The first of these that a class has counts. */
const MOST_FIRST: readonly Members[] = ['async methods', 'methods', 'getters'];

/** How deep an object is looked into for something that is no data. */
const DEPTH = 3;

/** What is data although it has methods, as `Object.prototype.toString` calls it. Most work on the original only. */
const BUILT_IN = new Set(
  (
    'Date RegExp Error Boolean Number String Arguments Map Set WeakMap WeakSet WeakRef ArrayBuffer ' +
    'SharedArrayBuffer Generator AsyncGenerator URL URLSearchParams Headers FormData Blob File Request Response ' +
    'ReadableStream AbortSignal AbortController'
  ).split(' '),
);

const OF_EVERY_FUNCTION = ['length', 'name', 'prototype', 'arguments', 'caller'];

// The members that a class gives its instances do not change. The entry lives as long as the class.
const known = new WeakMap<object, Members>();

/**
 * True for an object by which something can be done: it has methods, or gives out what has. Not for data, which is
 * plain values, built-ins such as dates and buffers, streams that are only read, and records such as entities.
 */
export function isHandle(value: unknown, arrival: Arrival, depth = DEPTH): value is object {
  if (typeof value === 'function') return !isClass(value);
  if (typeof value !== 'object' || value === null || depth === 0 || isBuiltIn(value)) return false;
  if (Array.isArray(value)) return isHandle(value[0], arrival, depth - 1);
  if (types.isProxy(value)) return true;
  if (Symbol.asyncIterator in value && !('write' in value)) return false;
  const members = membersOf(Object.getPrototypeOf(value) as object | null);
  const fields = Object.values(Object.getOwnPropertyDescriptors(value));
  const isRecord =
    (members === 'none' || fields.length > 0) && fields.every((one) => isData(one, arrival, depth));
  return !isRecord || members === 'async methods' || (members !== 'none' && arrival === 'now');
}

/** True for what can have members, and an identity. */
export function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

/** True for a list or an object without a class. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return Array.isArray(value) || prototype === null || isRoot(prototype);
}

/** A class is a value to construct from, not a method; binding it would break `new` and statics. */
export function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

/** True for a function that can be called, and nothing else: no class, no client that has methods besides. */
export function isSimpleFunction(value: object): value is Callable {
  if (typeof value !== 'function' || isClass(value)) return false;
  const own = Object.getOwnPropertyNames(value).filter((name) => !OF_EVERY_FUNCTION.includes(name));
  return own.length === 0 && membersOf(value.prototype as object | null | undefined) === 'none';
}

/** True for a function that is known to give promises without being called. */
export function isAsyncFunction(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]';
}

/** True for a promise that is nothing more: not for one of a class that has methods of its own. */
export function isPlainPromise(value: object): value is Promise<unknown> {
  if (!types.isPromise(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object;
  return isRoot(Object.getPrototypeOf(prototype) as object);
}

function isData(member: PropertyDescriptor, arrival: Arrival, depth: number): boolean {
  return !isAccessor(member) && !isHandle(member.value, arrival, depth - 1);
}

function isBuiltIn(value: object): boolean {
  if (ArrayBuffer.isView(value)) return true;
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return BUILT_IN.has(tag) || tag.endsWith(' Iterator') || tag.startsWith('Intl.');
}

/** Of another realm, too. */
function isRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null;
}

function membersOf(prototype: object | null | undefined): Members {
  if (!prototype || isRoot(prototype)) return 'none';
  const members =
    known.get(prototype) ?? mostOf(prototype, membersOf(Object.getPrototypeOf(prototype) as object));
  known.set(prototype, members);
  return members;
}

function mostOf(prototype: object, inherited: Members): Members {
  const { constructor: _, ...own } = Object.getOwnPropertyDescriptors(prototype) as Record<
    string,
    PropertyDescriptor
  >;
  const all = [inherited, ...Object.values(own).map(memberOf)];
  return MOST_FIRST.find((one) => all.includes(one)) ?? 'none';
}

function memberOf(member: PropertyDescriptor): Members {
  if (isAccessor(member)) return 'getters';
  const value: unknown = member.value;
  if (typeof value !== 'function') return 'none';
  return isAsyncFunction(value) ? 'async methods' : 'methods';
}

function isAccessor(member: PropertyDescriptor): boolean {
  return member.get !== undefined;
}
