// Module hooks: TypeScript by the compiler options of jest.config.json, packages of this workspace by their sources.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

const root = new URL('../../../', import.meta.url);
const { transform } = JSON.parse(readFileSync(new URL('jest.config.json', root), 'utf8'));
const [, options] = transform['^.+\\.ts$'];
const PACKAGE = /^@nestjs-flamingock\/([^/]+)$/;

export function resolve(specifier, context, next) {
  const name = PACKAGE.exec(specifier)?.[1];
  if (name) return next(new URL(`libs/${name}/src/index.ts`, root).href, context);
  if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return next(specifier, context);
  const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
  return next(existsSync(source) ? source.href : specifier, context);
}

export function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename, swcrc: false });
  return { format: 'module', source: code, shortCircuit: true, responseURL: pathToFileURL(filename).href };
}
