import { quoted } from './change-template.js';

/** What a project runs its tests with. */
export type TestRunner = 'jest' | 'vitest';

/** A module, and what a test writes to import it. */
export interface ImportedModule {
  readonly className: string;
  readonly specifier: string;
  readonly isDefault: boolean;
}

/**
 * The source of a test that applies a change to the application's own target system. It refuses to run until somebody
 * has seen to it that this is one for tests.
 */
export function specSource(id: string, modules: readonly ImportedModule[], runner: TestRunner): string {
  const imports = [
    "import { FlamingockTest } from '@nestjs-flamingock/testing';",
    ...(runner === 'vitest' ? ["import { beforeAll, describe, expect, it } from 'vitest';"] : []),
    ...modules.map(
      ({ className, specifier, isDefault }) =>
        `import ${isDefault ? className : `{ ${className} }`} from ${quoted(specifier)};`,
    ),
  ];
  const names = modules.map(({ className }) => className).join(', ');
  return `${imports.join('\n')}

describe(${quoted(id)}, () => {
  // History is kept in memory; target systems are the application's own.
  beforeAll(() => {
    throw new Error(
      ${quoted(`This test applies ${id} to the target systems that the application is configured with.`)} +
        ${quoted(' Point them at ones for tests, then delete this beforeAll.')},
    );
  });

  it('is applied', async () => {
    const flamingock = await FlamingockTest.create({
      imports: [${names}],
    });
    await flamingock.run();
    const states = await flamingock.states();
    await flamingock.close();

    expect(states[${quoted(id)}]).toEqual(['STARTED', 'EXECUTED']);
  });
});
`;
}
