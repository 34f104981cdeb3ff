import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const CORE = 'libs/core/src';
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** The rooms of core, each with those that its files import. */
function roomsOfCore(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const file of readdirSync(CORE, { recursive: true, encoding: 'utf8' })) {
    const room = dirname(file);
    const isSource = file.endsWith('.ts') && !file.endsWith('.spec.ts');
    if (!isSource || room === '.' || room === 'fixtures') continue;
    const imported = rooms.get(room) ?? new Set();
    rooms.set(room, imported);
    for (const [, path = ''] of readFileSync(join(CORE, file), 'utf8').matchAll(IMPORT))
      imported.add(dirname(normalize(join(room, path))));
    imported.delete(room);
  }
  return rooms;
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

describe('the rooms of core', () => {
  it('import each other in one direction only', () => {
    const rooms = roomsOfCore();
    expect(rooms.size).toBeGreaterThan(10);
    expect(inOrder(rooms).sort()).toEqual([...rooms.keys()].sort());
  });
});
