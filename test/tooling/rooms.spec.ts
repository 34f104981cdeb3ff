import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

const LIBRARIES = readdirSync('libs');
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** The rooms of a library, each with those that its files import. */
function roomsOf(library: string): Map<string, Set<string>> {
  const sources = join('libs', library, 'src');
  const rooms = new Map<string, Set<string>>();
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    const room = roomOf(file);
    const isSource = file.endsWith('.ts') && !file.endsWith('.spec.ts');
    if (!isSource || room === '.' || room === 'fixtures') continue;
    const imported = rooms.get(room) ?? new Set();
    rooms.set(room, imported);
    for (const [, path = ''] of readFileSync(join(sources, file), 'utf8').matchAll(IMPORT))
      imported.add(roomOf(normalize(join(dirname(file), path))));
    for (const none of [room, '.']) imported.delete(none);
  }
  return rooms;
}

/** What is in the folders of a room is in the room. */
function roomOf(file: string): string {
  const [room = '.', ...inside] = file.split(sep);
  return inside.length > 0 ? room : '.';
}

/** The rooms that can be put in an order in which each imports only those before it. */
function inOrder(rooms: Map<string, Set<string>>): string[] {
  const order: string[] = [];
  for (let before = -1; before < order.length;) {
    before = order.length;
    for (const [room, imported] of rooms) {
      const isNext = !order.includes(room) && [...imported].every((one) => order.includes(one));
      if (isNext) order.push(room);
    }
  }
  return order;
}

/** A small library has all of its files in one place. */
const WITH_ROOMS = LIBRARIES.filter((library) => roomsOf(library).size > 0);

describe('the rooms of a library', () => {
  it.each(WITH_ROOMS)('import each other in one direction only: %s', (library) => {
    const rooms = roomsOf(library);
    expect(rooms.size).toBeGreaterThan(2);
    expect(inOrder(rooms).sort()).toEqual([...rooms.keys()].sort());
  });
});
