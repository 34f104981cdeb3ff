import { Change, Execution, TargetSystem, type ChangeClass } from '@nestjs-flamingock/core';
import { EntityManager } from 'typeorm';
import { changeNumbers, insertStatement, padded, type Job } from '../participant.js';

/** The changes of a job on a SQL database. */
export function insertRows(job: Pick<Job, 'changes'>): ChangeClass[] {
  return changeNumbers(job).map(insertRow);
}

function insertRow(number: number): ChangeClass {
  @Change({ id: `insert-row-${padded(number)}`, order: padded(number), author: 'benchmarks' })
  @TargetSystem('rows-db')
  class InsertRow {
    @Execution()
    async execute(manager: EntityManager): Promise<void> {
      await manager.query(insertStatement(number));
    }
  }
  return InsertRow;
}
