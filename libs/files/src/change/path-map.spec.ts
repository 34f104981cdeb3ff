import { PathMap } from './path-map.js';

function mapOf(...paths: string[]): PathMap<string> {
  const map = new PathMap<string>();
  for (const path of paths) map.set(path, path.toUpperCase());
  return map;
}

const paths = (map: PathMap<string>) => [...map.entries()].map(([path]) => path);
const inside = (map: PathMap<string>, folder: string) => [...map.in(folder)].map(([path]) => path);

describe('PathMap', () => {
  it('lists what is right in a folder, with its value', () => {
    const map = mapOf('a', 'a/b', 'a/c/d', 'ab');
    expect([...map.in('a')]).toEqual([['a/b', 'A/B']]);
    expect(inside(map, '')).toEqual(['a', 'ab']);
    expect(inside(map, 'a/c')).toEqual(['a/c/d']);
  });

  it('removes what is below a path, and nothing beside it', () => {
    const map = mapOf('a', 'a/b', 'a/c/d', 'ab', 'b/a');
    map.deleteBelow('a');
    expect(paths(map)).toEqual(['a', 'ab', 'b/a']);
    expect(inside(map, 'a')).toEqual([]);
    map.deleteBelow('');
    expect(map.size).toBe(0);
  });

  it('knows of what is below a path that was removed itself', () => {
    const map = mapOf('a', 'a/b/c');
    map.delete('a');
    expect(map.has('a')).toBe(false);
    expect(inside(map, 'a/b')).toEqual(['a/b/c']);
    map.deleteBelow('a');
    expect(map.size).toBe(0);
  });

  it('forgets a path that it does not have', () => {
    const map = mapOf('a/b');
    map.delete('a/c');
    map.delete('x/y');
    expect(map.get('a/b')).toBe('A/B');
    map.set('a/b', 'again');
    expect([...map.in('a')]).toEqual([['a/b', 'again']]);
  });
});
