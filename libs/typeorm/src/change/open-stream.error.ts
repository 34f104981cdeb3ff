import { FlamingockError } from '@nestjs-flamingock/core';

/** A change reads rows as a stream and has not read the last one. */
export class OpenStreamError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_OPEN_STREAM';

  constructor(readonly changeId: string) {
    super(
      `Change "${changeId}" reads rows as a stream, which takes the one connection of its transaction until the ` +
        'last row is read: any statement before that would wait for ever. Read the rows first, as with await ' +
        'repository.find({ take, skip }) page by page, or declare the change "transactional: false".',
    );
  }
}
