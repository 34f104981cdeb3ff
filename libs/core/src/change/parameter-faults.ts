import type { ChangeFault } from './change.errors.js';
import type { MethodMetadata, ParameterMetadata } from './change-metadata.js';
import { packageOf } from '../runtime/node-runtime.js';
import { secondCopy } from './second-copy.js';

/** What keeps something that is provided from being given to a change. */
export type UnfitScope = 'transient' | 'request-scoped';

/** What is known about a parameter that got nothing. */
export interface Unresolved {
  /** The id of the change's target system. */
  readonly targetSystem: string;
  readonly scope: UnfitScope | undefined;
  /** Another class of the name of its own, which is provided. */
  readonly sameName: unknown;
}

/** Says why a parameter got nothing, and what its author can do about it. */
export function unresolvedParameter(
  className: string,
  method: MethodMetadata,
  parameter: ParameterMetadata,
  { targetSystem, scope, sameName }: Unresolved,
): ChangeFault {
  const where = `${className}.${method.name}(), parameter ${parameter.index + 1}`;
  if (scope) return scoped(where, tokenName(parameter.token ?? parameter.type), scope);
  const asked = referenced(parameter.token ?? parameter.type);
  if (sameName !== undefined && typeof asked === 'function')
    return secondCopy(where, asked, sameName, packageOf);
  if (parameter.token !== undefined) return missing(where, tokenName(parameter.token), targetSystem);
  if (!method.typed) return untyped(where);
  if (isErased(parameter.type)) return erased(where, parameter.type.name);
  if (parameter.type === undefined) return circular(where);
  return missing(where, tokenName(parameter.type), targetSystem);
}

function missing(where: string, name: string, targetSystem: string): ChangeFault {
  return {
    where,
    problem: `nothing provides ${name}`,
    remedy:
      `Provide it in a module of the application (exactly one if several modules have their own), or offer ` +
      `it in "provide" of target system "${targetSystem}"; mark the parameter @Optional() if it may be missing.`,
  };
}

function scoped(where: string, name: string, scope: UnfitScope): ChangeFault {
  const problem = `${name} is provided, and is ${scope}, itself or through something it injects`;
  const remedy =
    scope === 'transient'
      ? 'Provide it in the module of the change, or import one there that exports it; or make it a singleton (the default scope).'
      : 'Make it and everything that it injects a singleton (the default scope): changes run before any request.';
  return { where, problem, remedy };
}

/** What compilers leave of a type that is none at run time: `Function` for a class that only its type is imported of. */
export function isErased(type: unknown): type is FunctionConstructor | ObjectConstructor {
  return type === Object || type === Function;
}

function erased(where: string, left: string): ChangeFault {
  return {
    where,
    problem: `its type is an interface, a type alias or imported with "import type", so only "${left}" is left of it at run time`,
    remedy:
      'Name a token with @Inject(TOKEN), or import the class itself: import { X } instead of import type { X }.',
  };
}

function untyped(where: string): ChangeFault {
  return {
    where,
    problem: 'the compiler emitted no parameter types',
    remedy:
      'Compile with emitDecoratorMetadata (tsc, SWC with decoratorMetadata; plain esbuild and tsx do not emit ' +
      'it), or name a token for each parameter with @Inject(TOKEN).',
  };
}

function circular(where: string): ChangeFault {
  return {
    where,
    problem: 'its type was not loaded yet when the class was defined: two files import each other',
    remedy: 'Name it with @Inject(forwardRef(() => X)), or break the circle.',
  };
}

/** A token as a reader knows it. */
export function tokenName(token: unknown): string {
  const named = referenced(token);
  return typeof named === 'function' ? named.name : String(named);
}

/** What a `forwardRef` leads to; anything else as it is. */
export function referenced(token: unknown): unknown {
  const isReference = typeof token === 'object' && token !== null && 'forwardRef' in token;
  return isReference ? (token as { forwardRef: () => unknown }).forwardRef() : token;
}
