import type { ArrayLiteralExpression, CallExpression, Expression } from 'typescript';
import type { Sources } from '../source/sources.js';
import { listOf, objectArgument, propertyOf } from '../source/syntax.js';
import { changeOf, type FoundChange } from './found-change.js';

/** One `FlamingockModule.forFeature({ stage, changes })`. */
export interface StageList {
  readonly call: CallExpression;
  readonly file: string;
  /** `undefined`: its name is not written out. */
  readonly stage: string | undefined;
  /** The list to which a change can be added, in this file or another; `undefined`: there is none. */
  readonly list: ArrayLiteralExpression | undefined;
  readonly changes: readonly FoundChange[];
  /** Elements of which it is not known what they stand for. */
  readonly unread: readonly string[];
}

/** Reads a call of forFeature. */
export function stageOf(sources: Sources, call: CallExpression): StageList {
  const options = objectArgument(sources.compiler, call);
  const list = listOf(sources, propertyOf(sources.compiler, options, 'changes'));
  const elements = list ? elementsOf(sources, list) : [];
  return {
    call,
    file: call.getSourceFile().fileName,
    stage: sources.textOf(propertyOf(sources.compiler, options, 'stage')),
    list,
    changes: elements.filter((one) => typeof one === 'object'),
    unread: elements.filter((one) => typeof one === 'string'),
  };
}

/** The changes of a list, those of the lists that it takes in included; the text of what is no change. */
function elementsOf(sources: Sources, list: ArrayLiteralExpression): (FoundChange | string)[] {
  const { compiler } = sources;
  return list.elements.flatMap((element) => {
    if (!compiler.isSpreadElement(element)) return elementOf(sources, element);
    const inner = listOf(sources, element.expression);
    return inner ? elementsOf(sources, inner) : element.getText();
  });
}

function elementOf(sources: Sources, element: Expression): FoundChange | string {
  const { compiler } = sources;
  const declared = compiler.isIdentifier(element)
    ? sources.declarationOf(element.text, element.getSourceFile())
    : undefined;
  const isClass = declared !== undefined && compiler.isClassDeclaration(declared);
  return (isClass ? changeOf(sources, declared) : undefined) ?? element.getText();
}
