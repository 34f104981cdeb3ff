import type { Handle } from './handles.js';

/** What a new change says of itself. */
export interface NewChange {
  readonly id: string;
  readonly className: string;
  readonly order: string;
  readonly author: string;
  readonly target: string;
  /** `undefined`: what its target system makes of it. */
  readonly transactional: boolean | undefined;
  readonly handle: Handle;
}

/**
 * The source of a change that is not written yet. Its constructor throws, so that no start gets past it and nothing is
 * recorded: under `nest start --watch` an empty change would be applied for good as soon as it is saved.
 */
export function changeSource(change: NewChange): string {
  const { id, className, target, handle } = change;
  return `${[...handle.imports, DECORATORS].sort(byModule).join('\n')}

@Change(${optionsOf(change)})
@TargetSystem(${quoted(target)})
export class ${className} {
  constructor() {
    // No start gets past it: a change that is not written must not be applied.
    throw new Error(
      ${quoted(`${id} is not written yet: write execute,`)} +
        ' then delete the constructor that throws this.',
    );
  }

  @Execution()
  async execute(${handle.parameters}): Promise<void> {
    // What the change does.
  }

  @RollbackExecution()
  async rollback(${handle.parameters}): Promise<void> {
    // Takes back what execute did. Delete the method if nothing can.
    throw new Error(${quoted(`The rollback of ${id} is not written.`)});
  }
}
`;
}

/** Longest line, as prettier has it by default. */
const WIDTH = 80;

const DECORATORS =
  "import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';";

function optionsOf({ id, order, author, transactional }: NewChange): string {
  const options = [`id: ${quoted(id)}`, `order: ${quoted(order)}`, `author: ${quoted(author)}`];
  if (transactional !== undefined) options.push(`transactional: ${transactional}`);
  const line = `{ ${options.join(', ')} }`;
  return '@Change()'.length + line.length <= WIDTH ? line : `{\n  ${options.join(',\n  ')},\n}`;
}

/** A text as it stands in a source. */
export function quoted(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text.replaceAll('\\', '\\\\')}'`;
}

function byModule(a: string, b: string): number {
  const [moduleOfA = '', moduleOfB = ''] = [a, b].map((line) => line.split(' from ')[1] ?? '');
  return moduleOfA < moduleOfB ? -1 : moduleOfA > moduleOfB ? 1 : 0;
}
