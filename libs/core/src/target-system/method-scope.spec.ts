import { setImmediate as turn } from 'node:timers/promises';
import { collectGarbage } from '../../../../test/support/collect-garbage.js';
import { MethodScope, overrideInherited, overrideMethod } from './method-scope.js';

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

/** Keeps nothing of the timer once it is stopped. */
function startTimer(scope: MethodScope<string>): () => void {
  let timer: NodeJS.Timeout | undefined = scope.run('mine', () => setInterval(() => undefined, 60_000));
  return () => {
    clearInterval(timer);
    timer = undefined;
  };
}

describe('a method that means something else inside a scope', () => {
  it('is unchanged outside of every scope, and after the last user is gone', () => {
    const pool = new Pool('pool');
    const scope = scopeOn(pool);
    const [one, other] = [{}, {}];
    scope.install(one);
    scope.install(other);
    scope.uninstall(one);
    expect([pool.take(), Object.hasOwn(pool, 'take')]).toEqual(['one of pool', true]);
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

  it('is found by what a scope has left behind, after the last user is gone', async () => {
    const pool = new Pool('pool');
    const scope = scopeOn(pool);
    scope.install(scope);
    const left = scope.run('mine', async () => {
      await turn();
      return pool.take();
    });
    scope.uninstall(scope);
    expect(await left).toBe('mine');
  });

  it('costs nothing once nothing of a scope can come any more', async () => {
    const pool = new Pool('pool');
    const scope = scopeOn(pool);
    scope.install(scope);
    const stop = startTimer(scope);
    scope.uninstall(scope);
    await collectGarbage(() => false, 3);
    expect(Object.hasOwn(pool, 'take')).toBe(true);
    stop();
    await collectGarbage(() => !Object.hasOwn(pool, 'take'));
    expect(Object.hasOwn(pool, 'take')).toBe(false);
  });

  it('means the innermost of its own scopes inside those of others', () => {
    const [pool, well] = [new Pool('pool'), new Pool('well')];
    const [scope, other] = [scopeOn(pool), scopeOn(well)];
    scope.install(scope);
    other.install(other);
    const taken = scope.run('mine', () => other.run('theirs', () => [pool.take(), well.take()]));
    expect(taken).toEqual(['mine', 'theirs']);
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

describe('overrideInherited', () => {
  class Pipeline {
    constructor(readonly name: string) {}
    exec(): string {
      return this.name;
    }
  }
  const shouted = (original: (this: Pipeline) => string) =>
    function (this: Pipeline): string {
      return `${original.call(this)}!`;
    };

  it('calls the original on whatever inherits from the host, until it is given back', () => {
    const restore = overrideInherited(Pipeline.prototype, 'exec', shouted);
    expect([new Pipeline('a').exec(), new Pipeline('b').exec()]).toEqual(['a!', 'b!']);
    restore();
    expect(new Pipeline('a').exec()).toBe('a');
  });

  it('leaves in place what somebody has put over it', () => {
    const host = new Pipeline('a');
    const restore = overrideInherited(host, 'exec', shouted);
    host.exec = () => 'theirs';
    restore();
    expect(host.exec()).toBe('theirs');
  });
});
