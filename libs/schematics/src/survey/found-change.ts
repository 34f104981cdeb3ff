import type { ClassDeclaration, SourceFile } from 'typescript';
import type { Sources } from '../source/sources.js';
import { decoratorCall, nodesBelow, propertyOf } from '../source/syntax.js';

/** A class decorated `@Change`; what is not written out in the sources is not known. */
export interface FoundChange {
  readonly declaration: ClassDeclaration;
  readonly file: string;
  readonly id: string | undefined;
  readonly order: string | undefined;
  readonly author: string | undefined;
  readonly target: string | undefined;
}

/** What is known of a class; `undefined`: it is no change. */
export function changeOf(sources: Sources, declaration: ClassDeclaration): FoundChange | undefined {
  const { compiler } = sources;
  const options = decoratorCall(compiler, declaration, 'Change')?.arguments[0];
  if (options === undefined) return undefined;
  const text = (name: string): string | undefined => sources.textOf(propertyOf(compiler, options, name));
  return {
    declaration,
    file: declaration.getSourceFile().fileName,
    id: text('id'),
    order: text('order'),
    author: text('author'),
    target: sources.textOf(decoratorCall(compiler, declaration, 'TargetSystem')?.arguments[0]),
  };
}

/** The changes that are declared in a file. */
export function changesIn(sources: Sources, file: SourceFile): FoundChange[] {
  return [...nodesBelow(sources.compiler, file)]
    .filter((node) => sources.compiler.isClassDeclaration(node))
    .flatMap((declaration) => changeOf(sources, declaration) ?? []);
}
