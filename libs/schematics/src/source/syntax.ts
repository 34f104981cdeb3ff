import type {
  ArrayLiteralExpression,
  CallExpression,
  ClassDeclaration,
  Expression,
  Node,
  ObjectLiteralExpression,
} from 'typescript';
import type { Compiler } from './compiler.js';
import type { Sources } from './sources.js';

/** Every node below one, in the order of the text. */
export function* nodesBelow(compiler: Compiler, node: Node): Generator<Node> {
  const children: Node[] = [];
  compiler.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) {
    yield child;
    yield* nodesBelow(compiler, child);
  }
}

/** What a decorator of a class was called with; `undefined`: it has no such decorator. */
export function decoratorCall(
  compiler: Compiler,
  declaration: ClassDeclaration,
  name: string,
): CallExpression | undefined {
  for (const { expression } of compiler.getDecorators(declaration) ?? [])
    if (compiler.isCallExpression(expression) && expression.expression.getText() === name) return expression;
  return undefined;
}

/** A property of an object literal. */
export function propertyOf(
  compiler: Compiler,
  object: Expression | undefined,
  name: string,
): Expression | undefined {
  if (object === undefined || !compiler.isObjectLiteralExpression(object)) return undefined;
  for (const property of object.properties) {
    if (property.name?.getText() !== name) continue;
    if (compiler.isPropertyAssignment(property)) return property.initializer;
    if (compiler.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

/** The object literal that a call's first argument is. */
export function objectArgument(
  compiler: Compiler,
  call: CallExpression,
): ObjectLiteralExpression | undefined {
  const [first] = call.arguments;
  return first && compiler.isObjectLiteralExpression(first) ? first : undefined;
}

/** The list that an expression is, or that the constant it names holds. */
export function listOf(
  sources: Sources,
  expression: Expression | undefined,
): ArrayLiteralExpression | undefined {
  const { compiler } = sources;
  if (expression === undefined) return undefined;
  if (compiler.isArrayLiteralExpression(expression)) return expression;
  if (compiler.isAsExpression(expression) || compiler.isSatisfiesExpression(expression))
    return listOf(sources, expression.expression);
  if (!compiler.isIdentifier(expression)) return undefined;
  const declared = sources.declarationOf(expression.text, expression.getSourceFile());
  return declared && compiler.isVariableDeclaration(declared)
    ? listOf(sources, declared.initializer)
    : undefined;
}

/** The class in which a node is. */
export function classAround(compiler: Compiler, node: Node): ClassDeclaration | undefined {
  for (let at: Node | undefined = node; at; at = at.parent as Node | undefined)
    if (compiler.isClassDeclaration(at)) return at;
  return undefined;
}
