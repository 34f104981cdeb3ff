import { AsyncLocalStorage } from 'node:async_hooks';
import { jest } from '@jest/globals';
import { MethodScope, overrideMethod } from './method-scope.js';

class Pool {
  constructor(private readonly name: string) {}

  take(): string {
    return `one of ${this.name}`;
  }
}

const scopeOn = (pool: Pool) =>
  new MethodScope<string>((current) =>
    overrideMethod(pool, 'take', (original) => () => current() ?? original()),
  );

describe('a method that means something else inside a scope', () => {
  it('is as it was outside of every scope, and after the last user is gone', () => {
    const pool = new Pool('pool');
    const scope = scopeOn(pool);
    const [one, other] = [{}, {}];
    scope.install(one);
    scope.install(other);
    expect(pool.take()).toBe('one of pool');
    scope.uninstall(one);
    expect(scope.run('mine', () => pool.take())).toBe('mine');
    scope.uninstall(other);
    expect(scope.run('mine', () => pool.take())).toBe('one of pool');
    expect(Object.hasOwn(pool, 'take')).toBe(false);
  });

  it('is found by whatever a scope starts, and not by what leaves it', async () => {
    const pool = new Pool('pool');
    const scope = scopeOn(pool);
    scope.install(scope);
    const later = scope.run('mine', async () => {
      await Promise.resolve();
      return [pool.take(), scope.exit(() => pool.take())];
    });
    expect(pool.take()).toBe('one of pool');
    expect(await later).toEqual(['mine', 'one of pool']);
  });

  it('costs nothing once its last user is gone', () => {
    const disable = jest.spyOn(AsyncLocalStorage.prototype, 'disable');
    const run = jest.spyOn(AsyncLocalStorage.prototype, 'run');
    const scope = scopeOn(new Pool('pool'));
    scope.install(scope);
    scope.run('mine', () => undefined);
    expect([run.mock.calls.length, disable.mock.calls.length]).toEqual([1, 0]);
    scope.uninstall(scope);
    expect([scope.run('mine', () => 1), scope.exit(() => 2)]).toEqual([1, 2]);
    expect([run.mock.calls.length, disable.mock.calls.length]).toEqual([1, 1]);
    jest.restoreAllMocks();
  });

  it('is left in place where somebody else has replaced it since', () => {
    const pool = new Pool('pool');
    const scope = scopeOn(pool);
    scope.install(scope);
    const ours = pool.take.bind(pool);
    pool.take = () => `their ${ours()}`;
    scope.uninstall(scope);
    expect(pool.take()).toBe('their one of pool');
  });

  it('gives back an own method that an object had before', () => {
    const pool = new Pool('pool');
    pool.take = () => 'own';
    const before = pool.take;
    const scope = scopeOn(pool);
    scope.install(scope);
    scope.uninstall(scope);
    expect(pool.take).toBe(before);
  });
});
