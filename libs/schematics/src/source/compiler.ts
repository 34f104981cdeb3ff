import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as typescript from 'typescript';
import { NoCompilerError } from '../schematics.errors.js';

/** The part of TypeScript that parses. */
export type Compiler = typeof typescript;

/**
 * The compiler of the application in `folder`: its sources are read as it reads them, and nobody installs a second
 * one. TypeScript 7 cannot be asked from here; the Nest command brings an earlier one.
 *
 * @throws NoCompilerError
 */
export function loadCompiler(folder: string): Compiler {
  const application = createRequire(join(folder, 'package.json'));
  const places = [() => application, () => createRequire(application.resolve('@nestjs/cli/package.json'))];
  for (const place of places) {
    const compiler = compilerFrom(place);
    if (compiler !== undefined) return compiler;
  }
  throw new NoCompilerError(folder);
}

function compilerFrom(place: () => NodeJS.Require): Compiler | undefined {
  try {
    const compiler = place()('typescript') as Partial<Compiler>;
    return typeof compiler.createSourceFile === 'function' ? compiler : undefined;
  } catch {
    // Not installed there.
    return undefined;
  }
}
