import type { Handles, HandleToken } from '@nestjs-flamingock/core/adapter';
import { DataSource, EntityManager, type QueryRunner } from 'typeorm';
import { QUERY_RUNNER } from '../inject-query-runner.decorator.js';

/** Tokens of what a change is lent. */
export const HANDLE_TOKENS: readonly HandleToken[] = [EntityManager, DataSource, QUERY_RUNNER];

/** What a change is lent. */
export function handlesOf(dataSource: DataSource, manager: EntityManager, runner: QueryRunner): Handles {
  return new Map<unknown, unknown>([
    [EntityManager, manager],
    [DataSource, dataSource],
    [QUERY_RUNNER, runner],
  ]);
}
