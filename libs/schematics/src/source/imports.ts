import type { ImportDeclaration, SourceFile } from 'typescript';
import type { Compiler } from './compiler.js';
import type { Insertion } from './insertion.js';
import type { Style } from './style.js';

/** A name that a file is to import. */
export interface WantedImport {
  readonly name: string;
  readonly from: string;
}

/** Imports that a file lacks, each below the last one, or in the braces of one that is there. */
export function importing(
  compiler: Compiler,
  file: SourceFile,
  wanted: readonly WantedImport[],
  style: Style,
): Insertion[] {
  const present = importsOf(compiler, file);
  const insertions: Insertion[] = [];
  const lines = new Map<string, string[]>();
  for (const { name, from } of wanted) {
    if (present.some((one) => specifierOf(one) === from && namesOf(compiler, one).includes(name))) continue;
    const last = present.find((one) => specifierOf(one) === from && isOpen(compiler, one));
    const binding = last && bindingsOf(compiler, last)?.elements.at(-1);
    if (binding === undefined) lines.set(from, [...(lines.get(from) ?? []), name]);
    else insertions.push({ at: binding.end, text: `, ${name}` });
  }
  return [...insertions, ...newLines(present, lines, file, style)];
}

/** What a name of a file was exported as; the name itself where it is not imported. */
export function importedName(compiler: Compiler, file: SourceFile, name: string): string {
  const bindings = importsOf(compiler, file).flatMap((one) => [
    ...(bindingsOf(compiler, one)?.elements ?? []),
  ]);
  const found = bindings.find((one) => one.name.text === name);
  return (found?.propertyName ?? found?.name)?.text ?? name;
}

/** The import declarations of a file. */
export function importsOf(compiler: Compiler, file: SourceFile): ImportDeclaration[] {
  return file.statements.filter((one) => compiler.isImportDeclaration(one));
}

function newLines(
  present: readonly ImportDeclaration[],
  lines: ReadonlyMap<string, readonly string[]>,
  file: SourceFile,
  { quote, semicolon, newline }: Style,
): Insertion[] {
  const texts = [...lines].map(
    ([from, names]) => `import { ${names.join(', ')} } from ${quote}${from}${quote}${semicolon}`,
  );
  if (texts.length === 0) return [];
  const last = present.at(-1);
  if (last) return [{ at: last.end, text: texts.map((text) => newline + text).join('') }];
  return [{ at: file.getStart(), text: texts.join(newline) + newline + newline }];
}

function namesOf(compiler: Compiler, declaration: ImportDeclaration): string[] {
  return bindingsOf(compiler, declaration)?.elements.map(({ name }) => name.text) ?? [];
}

/** Whether a class can be added to it: it has braces, and does not import types alone. */
function isOpen(compiler: Compiler, declaration: ImportDeclaration): boolean {
  return !/^import\s+type\b/.test(declaration.getText()) && bindingsOf(compiler, declaration) !== undefined;
}

function bindingsOf(compiler: Compiler, { importClause }: ImportDeclaration) {
  const bindings = importClause?.namedBindings;
  return bindings && compiler.isNamedImports(bindings) ? bindings : undefined;
}

function specifierOf({ moduleSpecifier }: ImportDeclaration): string {
  return (moduleSpecifier as { text?: string }).text ?? '';
}
