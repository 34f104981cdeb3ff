import type { ChangeCommand } from '@nestjs-flamingock/core';
import { words } from '../format.js';
import { Panel } from './basics.js';
import { Command } from './command.js';

/** The same by the command line. */
export function Commands({ commands }: { commands: readonly ChangeCommand[] }) {
  if (commands.length === 0) return null;
  return (
    <Panel title="By the command line">
      <div class="stack">
        {commands.map(({ what, command }) => (
          <Command key={command} what={words(what)}>
            {command}
          </Command>
        ))}
      </div>
    </Panel>
  );
}
