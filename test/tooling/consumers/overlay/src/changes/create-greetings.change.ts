import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { EntityManager } from 'typeorm';

@Change({ id: 'create-greetings', order: '0001', author: 'consumers' })
@TargetSystem('app-db')
export class CreateGreetings {
  @Execution()
  async execute(manager: EntityManager): Promise<void> {
    await manager.query('CREATE TABLE greeting (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  }
}
