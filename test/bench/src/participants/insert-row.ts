import { Change, Execution, TargetSystem, type ChangeClass } from '@nestjs-flamingock/core';
import { EntityManager } from 'typeorm';
import type { Insert } from '../participant.js';

/** A change on a SQL database; whatever comes `afterwards` is part of it. */
export function insertRow({ id, statement }: Insert, afterwards?: () => Promise<void>): ChangeClass {
  @Change({ id, order: id, author: 'benchmarks' })
  @TargetSystem('rows-db')
  class InsertRow {
    @Execution()
    async execute(manager: EntityManager): Promise<void> {
      await manager.query(statement);
      await afterwards?.();
    }
  }
  return InsertRow;
}
