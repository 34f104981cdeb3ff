import { Inject } from '@nestjs/common';

/** Token of the `QueryRunner` that a TypeORM target system lends to a change. */
export const QUERY_RUNNER: unique symbol = Symbol('@nestjs-flamingock/typeorm:QueryRunner');

/** Asks for the target system's `QueryRunner`, which TypeORM declares as an interface. */
export function InjectQueryRunner(): ParameterDecorator {
  return Inject(QUERY_RUNNER);
}
