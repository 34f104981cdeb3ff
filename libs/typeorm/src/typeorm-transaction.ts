import type { Transaction } from '@nestjs-flamingock/core';
import type { DataSource, QueryRunner } from 'typeorm';

/** A change's open transaction, which an audit store over the same DataSource may write in. */
export class TypeOrmTransaction implements Transaction {
  constructor(
    readonly resource: DataSource,
    readonly queryRunner: QueryRunner,
  ) {}
}
