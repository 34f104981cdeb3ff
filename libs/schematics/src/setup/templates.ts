import { quoted } from '../change/change-template.js';
import type { FoundDatabase } from './found-database.js';

/** Names that a new set-up begins with. */
export const FIRST = {
  id: 'first-change',
  className: 'FirstChange',
  file: 'changes/0001-first-change.change.ts',
  stage: 'app',
  target: 'app-db',
} as const;

/** What the root module imports. */
export function moduleImports({ kind, connection }: FoundDatabase): string[] {
  const option = connection === undefined ? '' : `{ ${kind.adapterName}: ${quoted(connection)} }`;
  const target = [quoted(FIRST.target), option].filter((argument) => argument !== '').join(', ');
  return [
    `FlamingockModule.forRoot({
  auditStore: ${kind.auditStore}(${option}),
  targetSystems: [${kind.targetSystem}(${target})],
})`,
    `FlamingockModule.forFeature({ stage: ${quoted(FIRST.stage)}, changes: [${FIRST.className}] })`,
  ];
}

/** A change that alters nothing, on any database: the first start shows that changes are applied. */
export function firstChange({ kind: { name } }: FoundDatabase, author: string): string {
  return name === 'typeorm' ? sqlChange(author) : mongoChange(author);
}

function sqlChange(author: string): string {
  return `import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { EntityManager } from 'typeorm';

/**
 * Alters nothing: the first start records that it was applied. What writes the next one:
 * npx --no @nestjs-flamingock/cli create add-category
 */
@Change({ id: '${FIRST.id}', order: '0001', author: ${quoted(author)} })
@TargetSystem('${FIRST.target}')
export class ${FIRST.className} {
  @Execution()
  async execute(manager: EntityManager): Promise<void> {
    await manager.query('SELECT 1');
  }

  @RollbackExecution()
  async rollback(manager: EntityManager): Promise<void> {
    await manager.query('SELECT 1');
  }
}
`;
}

/** Without a transaction, which a standalone server has not. */
function mongoChange(author: string): string {
  return `import { Change, Execution, RollbackExecution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';

/**
 * Alters nothing: the first start records that it was applied. What writes the next one:
 * npx --no @nestjs-flamingock/cli create add-category
 */
@Change({ id: '${FIRST.id}', order: '0001', author: ${quoted(author)}, transactional: false })
@TargetSystem('${FIRST.target}')
export class ${FIRST.className} {
  @Execution()
  async execute(@InjectConnection() connection: Connection): Promise<void> {
    await connection.db?.command({ ping: 1 });
  }

  @RollbackExecution()
  async rollback(@InjectConnection() connection: Connection): Promise<void> {
    await connection.db?.command({ ping: 1 });
  }
}
`;
}
