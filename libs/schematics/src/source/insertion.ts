import type {
  Node,
  NodeArray,
  ObjectLiteralExpression,
  SourceFile,
  ArrayLiteralExpression,
} from 'typescript';
import type { Compiler } from './compiler.js';
import type { Style } from './style.js';

/** Text that goes into a file. Sources are only ever added to, so that what the user wrote stays as it is. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** The text with all insertions; those at one place in their order. */
export function inserted(text: string, insertions: readonly Insertion[]): string {
  const ordered = [...insertions].sort(
    (a, b) => b.at - a.at || insertions.indexOf(b) - insertions.indexOf(a),
  );
  return ordered.reduce((result, one) => result.slice(0, one.at) + one.text + result.slice(one.at), text);
}

/** Adds elements to a list, the way it is written: on its line, or each on a line of its own. */
export function appended(
  compiler: Compiler,
  list: ArrayLiteralExpression,
  elements: readonly string[],
  style: Style,
): Insertion[] {
  const file = list.getSourceFile();
  const isBlock = elements.some((element) => element.includes('\n'));
  if (!isBlock && (list.elements.length === 0 || !closesOnOwnLine(list, list.elements))) {
    const separator = list.elements.length === 0 ? '' : list.elements.hasTrailingComma ? ' ' : ', ';
    return [{ at: lastEnd(list, list.elements), text: `${separator}${elements.join(', ')}` }];
  }
  return closesOnOwnLine(list, list.elements)
    ? onLines(compiler, list, list.elements, elements, style)
    : spreadOut(file, list, elements, style);
}

/** Adds `name: value` to an object literal that is written over several lines, or on one. */
export function withProperty(
  compiler: Compiler,
  object: ObjectLiteralExpression,
  property: string,
  style: Style,
): Insertion[] {
  if (object.properties.length > 0 && closesOnOwnLine(object, object.properties))
    return onLines(compiler, object, object.properties, [property], style);
  const separator = object.properties.length > 0 && !object.properties.hasTrailingComma ? ',' : '';
  const indent = indentOf(object.getSourceFile(), object.getStart());
  const lines = `${separator}${style.newline}${indented(property, indent + style.indent, style)},${style.newline}${indent}`;
  return [{ at: lastEnd(object, object.properties), text: lines }];
}

/** Each on a line below the last one, behind the comments of that. */
function onLines(
  { getTrailingCommentRanges }: Compiler,
  list: Node,
  present: NodeArray<Node>,
  elements: readonly string[],
  style: Style,
): Insertion[] {
  const file = list.getSourceFile();
  const end = lastEnd(list, present);
  const comma = present.hasTrailingComma || present.length === 0 ? '' : ',';
  const behind = getTrailingCommentRanges(file.text, end)?.at(-1)?.end ?? end;
  const last = present.at(-1);
  const indent = last ? indentOf(file, last.getStart()) : indentOf(file, list.getStart()) + style.indent;
  const lines = elements.map((element) => style.newline + indented(element, indent, style));
  const isTrailed = present.hasTrailingComma || style.trailingComma;
  return [
    { at: end, text: comma },
    { at: behind, text: lines.join(',') + (isTrailed ? ',' : '') },
  ];
}

/** A list on one line gets lines when an element that has several is added. */
function spreadOut(
  file: SourceFile,
  list: ArrayLiteralExpression,
  elements: readonly string[],
  style: Style,
): Insertion[] {
  const outer = indentOf(file, list.getStart());
  const inner = outer + style.indent;
  const end = lastEnd(list, list.elements);
  const comma = list.elements.length === 0 || list.elements.hasTrailingComma ? '' : ',';
  const added = elements.map((element) => style.newline + indented(element, inner, style)).join(',');
  const own = list.elements.map((element) => ({
    at: element.getStart(),
    text: style.newline + inner,
  }));
  return [...own, { at: end, text: `${comma}${added},${style.newline}${outer}` }];
}

function lastEnd(list: Node, present: NodeArray<Node>): number {
  if (present.length === 0) return list.getStart() + 1;
  return present.hasTrailingComma ? present.end : (present.at(-1)?.end ?? present.end);
}

function closesOnOwnLine(list: Node, present: NodeArray<Node>): boolean {
  const file = list.getSourceFile();
  const line = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  return line(list.end) > line(lastEnd(list, present));
}

/** What the line of a position begins with. */
function indentOf(file: SourceFile, position: number): string {
  const { line } = file.getLineAndCharacterOfPosition(position);
  const start = file.getPositionOfLineAndCharacter(line, 0);
  return /^[ \t]*/.exec(file.text.slice(start))?.[0] ?? '';
}

/** Code that is written with two spaces, moved and indented as its surroundings. */
function indented(code: string, indent: string, { indent: unit, newline }: Style): string {
  return code
    .split('\n')
    .map((line) => indent + line.replace(/^(?: {2})+/, (spaces) => unit.repeat(spaces.length / 2)))
    .join(newline);
}
