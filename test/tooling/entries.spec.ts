import { execFileSync } from 'node:child_process';

/** What `script` makes of the built package, which applications load by these names. */
function inNode(script: string): unknown {
  const lines = [
    `const core = require('@nestjs-flamingock/core');`,
    `const adapter = require('@nestjs-flamingock/core/adapter');`,
    `const config = require('@nestjs-flamingock/core/config');`,
    `console.log(JSON.stringify((() => { ${script} })()));`,
  ];
  const env = { ...process.env, FLAMINGOCK_ENABLED: 'perhaps' };
  return JSON.parse(execFileSync(process.execPath, ['-e', lines.join('\n')], { encoding: 'utf8', env }));
}

describe('the entries of core', () => {
  it('have one class of each error, whichever of them throws it', () => {
    const isOne = inNode(`
      const errors = Object.values(adapter).filter((one) => one?.prototype instanceof Error);
      const kinds = errors.map(({ prototype }) => prototype instanceof core.FlamingockError);
      try { config.flamingockConfig(); } catch (error) { return [...kinds, error instanceof core.InvalidOptionsError]; }
    `);
    expect(new Set(isOne as boolean[])).toEqual(new Set([true]));
    expect(isOne).not.toHaveLength(1);
  });

  it('know together what code is part of', () => {
    const found = inNode(`
      const host = { take: () => 'original' };
      const scope = new adapter.MethodScope((current) =>
        adapter.overrideMethod(host, 'take', (original) => () => current() ?? original()));
      scope.install(scope);
      return scope.run('scope', () => [host.take(), core.ChangeContext.detached(() => host.take())]);
    `);
    expect(found).toEqual(['scope', 'original']);
  });
});
