import type { SourceFile } from 'typescript';
import type { Compiler } from './compiler.js';

/** How a file is written, so that what is added to it looks the same. */
export interface Style {
  readonly quote: "'" | '"';
  readonly semicolon: ';' | '';
  readonly newline: string;
  readonly indent: string;
  readonly trailingComma: boolean;
  /** What relative imports end in: '.js' in ES modules, else nothing. */
  readonly extension: string;
}

/** @param isEsModule Whether the package is one; a file that has relative imports shows it by itself. */
export function styleOf(compiler: Compiler, file: SourceFile, isEsModule: boolean): Style {
  const imports = file.statements.filter((one) => compiler.isImportDeclaration(one));
  const specifiers = imports.map(({ moduleSpecifier }) => moduleSpecifier.getText(file));
  const relative = specifiers.filter((text) => /^.\.{1,2}\//.test(text)).map((text) => text.slice(1, -1));
  const hasExtension = relative.length === 0 ? isEsModule : relative.some((path) => path.endsWith('.js'));
  return {
    quote: specifiers.at(-1)?.startsWith('"') ? '"' : "'",
    semicolon: imports.length > 0 && !imports.some((one) => one.getText(file).endsWith(';')) ? '' : ';',
    newline: file.text.includes('\r\n') ? '\r\n' : '\n',
    indent: /\n(\t| {2,8})\S/.exec(file.text)?.[1] ?? '  ',
    trailingComma: /,\s*\n\s*[\])}]/.test(file.text),
    extension: hasExtension ? '.js' : '',
  };
}
