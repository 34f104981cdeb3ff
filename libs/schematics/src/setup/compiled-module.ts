import { posix } from 'node:path';
import type { NestProject } from '../project/source-roots.js';
import type { Sources } from '../source/sources.js';

interface CompilerOptions {
  readonly outDir?: string;
  readonly rootDir?: string;
}

/** Where the build puts a module, as `flamingock.module` names it; `undefined`: in a bundle, where it cannot be found. */
export function compiledModule(
  sources: Sources,
  { root, folder, isBundled }: NestProject,
  { file, className }: { readonly file: string; readonly className: string },
): string | undefined {
  if (isBundled) return undefined;
  const { outDir = 'dist', rootDir = posix.relative(folder, root) } = compilerOptions(sources, folder);
  const inside = posix.relative(posix.join(folder, rootDir), file).replace(/\.ts$/, '.js');
  return `${posix.join(folder, outDir, inside)}#${className}`;
}

/** What the tsconfig of the build says, and the one it extends. */
function compilerOptions({ files, compiler }: Sources, folder: string): CompilerOptions {
  const names = ['tsconfig.json', 'tsconfig.app.json', 'tsconfig.build.json'];
  const options = names.map((name) => {
    const path = posix.join(folder, name);
    const { config } = compiler.parseConfigFileTextToJson(path, files.read(path) ?? '{}') as {
      config?: { compilerOptions?: CompilerOptions };
    };
    return config?.compilerOptions;
  });
  return Object.assign({}, ...options) as CompilerOptions;
}
