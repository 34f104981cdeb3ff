import type { SetUp } from './set-up.js';

/** What is to be done after a set-up. */
export function nextSetUpSteps({ install, notes }: SetUp): string[] {
  return [
    ...notes,
    `Next: ${install}`,
    'Then start the application: it applies the first change. To write another one: npx --no @nestjs-flamingock/cli create add-category',
  ];
}
