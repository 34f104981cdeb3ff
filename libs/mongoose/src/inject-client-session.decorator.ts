import { Inject } from '@nestjs/common';

/** Token of the `ClientSession` that a Mongoose target system lends to a change. */
export const CLIENT_SESSION: unique symbol = Symbol('@nestjs-flamingock/mongoose:ClientSession');

/** Asks for the target system's `ClientSession`, which Mongoose exports as a type only. */
export function InjectClientSession(): ParameterDecorator {
  return Inject(CLIENT_SESSION);
}
