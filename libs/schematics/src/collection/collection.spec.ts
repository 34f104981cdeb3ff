import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as library from '../index.js';

interface Collection {
  readonly schematics: Readonly<Record<string, { readonly factory: string; readonly schema: string }>>;
}

describe('the collection', () => {
  const folder = resolve('libs/schematics/collection');
  const { schematics } = JSON.parse(readFileSync(resolve(folder, 'collection.json'), 'utf8')) as Collection;

  it.each(Object.entries(schematics))('has a factory and a schema for %s', (_, { factory, schema }) => {
    const [file, name = ''] = factory.split('#');
    expect(file).toBe('../dist/index.js');
    expect(library).toHaveProperty(name);
    expect(existsSync(resolve(folder, schema))).toBe(true);
  });
});
