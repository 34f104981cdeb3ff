import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ModuleLoadError, ModuleNotFoundError } from '../cli.errors.js';
import type { RootModule } from './application-source.js';
import type { ModuleReference } from './module-reference.js';

const TYPESCRIPT = ['.ts', '.cts', '.mts'];

/**
 * Loads the root module: the export that the reference names, else `default`, `AppModule`,
 * or the only export whose name ends in `Module`.
 *
 * @throws ModuleLoadError, ModuleNotFoundError
 */
export async function importModule(reference: ModuleReference): Promise<RootModule> {
  const exported = await load(reference.file);
  const name = reference.exportName ?? likelyName(exported);
  const module = name === undefined ? undefined : exported[name];
  if (isModule(module)) return module;
  throw new ModuleNotFoundError(reference.text, problem(reference.exportName, exported));
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    const loaded = (
      isRequired(file)
        ? createRequire(file)(file)
        : await import(/* webpackIgnore: true */ pathToFileURL(file).href)
    ) as object;
    const exported = { ...loaded } as Record<string, unknown>;
    const inner = exported['default'];
    // What CommonJS exports arrives as `default`, named or not.
    return typeof inner === 'object' && inner !== null && !isModule(inner)
      ? { ...exported, ...inner }
      : exported;
  } catch (error) {
    throw new ModuleLoadError(file, error, remedyFor(file, error));
  }
}

/** Loaders of TypeScript that hook `require` leave `import()` alone. */
function isRequired(file: string): boolean {
  const { extensions } = createRequire(file) as unknown as { extensions: Record<string, unknown> };
  return TYPESCRIPT.includes(extname(file)) && extname(file) in extensions;
}

function remedyFor(file: string, error: unknown): string {
  const isUnread =
    error instanceof SyntaxError ||
    (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_UNKNOWN_FILE_EXTENSION';
  return isUnread && TYPESCRIPT.includes(extname(file))
    ? '. TypeScript needs a loader that emits decorator metadata, such as @swc-node/register; or name the compiled file.'
    : '';
}

function likelyName(exported: Record<string, unknown>): string | undefined {
  const preferred = ['default', 'AppModule'].find((name) => isModule(exported[name]));
  const modules = Object.keys(exported).filter((name) => name.endsWith('Module') && isModule(exported[name]));
  return preferred ?? (modules.length === 1 ? modules[0] : undefined);
}

function isModule(value: unknown): value is RootModule {
  if (typeof value === 'function') return true;
  return (
    typeof value === 'object' && value !== null && 'module' in value && typeof value.module === 'function'
  );
}

function problem(wanted: string | undefined, exported: Record<string, unknown>): string {
  const names = Object.keys(exported).filter((name) => isModule(exported[name]));
  const there = names.length === 0 ? 'it exports no class' : `it exports ${names.join(', ')}`;
  return wanted === undefined
    ? `${there}. Say which export is the root module: <path>#<export>.`
    : `it has no module ${wanted}; ${there}.`;
}
