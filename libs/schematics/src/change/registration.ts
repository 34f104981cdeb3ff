import type { ArrayLiteralExpression, SourceFile } from 'typescript';
import type { FileEdit } from '../project/project-files.js';
import { specifierTo } from '../project/paths.js';
import { NotUnderstoodError } from '../schematics.errors.js';
import { importing } from '../source/imports.js';
import { appended, inserted } from '../source/insertion.js';
import type { Sources } from '../source/sources.js';
import type { Style } from '../source/style.js';
import { nodesBelow } from '../source/syntax.js';
import type { ChosenStage } from './chosen-stage.js';

/**
 * The list of the stage, or why nothing can be added to it.
 *
 * @throws NotUnderstoodError
 */
export function listToExtend({ list, name }: ChosenStage, className: string): ArrayLiteralExpression {
  if (list.list !== undefined) return list.list;
  const { line } = list.call.getSourceFile().getLineAndCharacterOfPosition(list.call.getStart());
  throw new NotUnderstoodError(
    [`${list.file}:${line + 1} names the changes of stage "${name}" in no list that stands in the sources.`],
    `FlamingockModule.forFeature({ stage: '${name}', changes: [${className}] })`,
  );
}

/** The name of the class, another one where the file of the list has that name already. */
export function freeName({ compiler }: Sources, file: SourceFile, className: string): string {
  const isTaken = [...nodesBelow(compiler, file)].some(
    (node) => compiler.isIdentifier(node) && node.text === className,
  );
  return isTaken ? `${className}Change` : className;
}

/** Adds the class to the list, and its import to the list's file. */
export function registered(
  { compiler }: Sources,
  list: ArrayLiteralExpression,
  { className, file }: { readonly className: string; readonly file: string },
  style: Style,
): FileEdit {
  const home = list.getSourceFile();
  const from = specifierTo(file, home.fileName, style.extension);
  const insertions = [
    ...importing(compiler, home, [{ name: className, from }], style),
    ...appended(compiler, list, [className], style),
  ];
  return { path: home.fileName, before: home.text, after: inserted(home.text, insertions) };
}
