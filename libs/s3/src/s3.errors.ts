import { FlamingockError } from '@nestjs-flamingock/core';

/** An option of `s3TargetSystem` has a value that cannot work. */
export class S3OptionsError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_OPTIONS';

  constructor(
    readonly option: string,
    value: unknown,
    expected: string,
  ) {
    super(`Option "${option}" of s3TargetSystem is ${JSON.stringify(value)}. Give it ${expected}.`);
  }
}

/** The store does not answer. It may a moment later. */
export class S3UnreachableError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_UNREACHABLE';
  override readonly isTransient = true;

  constructor(
    readonly bucket: string,
    problem: string,
    cause?: unknown,
  ) {
    super(
      `The store of bucket "${bucket}" ${problem}. Check that it is up, that this host reaches it, and endpoint, ` +
        'region and credentials of the S3Client.',
      { cause },
    );
  }
}

/** A request that writes was sent through the plain client in a transactional change. It did not go out. */
export class S3PlainWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_PLAIN_WRITE';

  constructor(
    readonly changeId: string,
    /** As Amazon names it: `PutObject`. */
    readonly operation: string,
  ) {
    super(
      `${operation} does not only read, and was sent through the plain S3Client in the transactional change ` +
        `"${changeId}", where it would take effect at once and stay after a failure. It was not sent. Ask for ` +
        '`objects: S3Objects` and write by that, or declare the change transactional: false.',
    );
  }
}

/** A key that no object of a change can have. Nothing was sent. */
export class S3KeyError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_KEY';

  constructor(
    readonly changeId: string,
    readonly key: unknown,
    why: string,
  ) {
    super(
      `Change "${changeId}" names the object ${JSON.stringify(key)}: ${why}. Give the object another key.`,
    );
  }
}

/** An object is larger than one copy may be. It was not staged. */
export class ObjectTooLargeError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_OBJECT_TOO_LARGE';

  constructor(
    readonly changeId: string,
    readonly key: string,
    /** Bytes that one copy may have. */
    readonly limit: number,
    cause?: unknown,
  ) {
    super(
      `Object "${key}" of the transactional change "${changeId}" is larger than ${limit} bytes, which is as much as ` +
        'the store copies in one request. Upload it in a change that is declared transactional: false.',
      { cause },
    );
  }
}

/** There is no object to copy or to restore. */
export class ObjectMissingError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_OBJECT_MISSING';

  constructor(
    readonly changeId: string,
    readonly key: string,
  ) {
    super(
      `Change "${changeId}" copies "${key}", and there is no such object. Ask by head() first, or give another key.`,
    );
  }
}

/** Nothing says which version an object had before the change. */
export class PreviousVersionUnknownError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_PREVIOUS_VERSION_UNKNOWN';

  constructor(
    readonly changeId: string,
    readonly key: string,
    why: string,
  ) {
    super(
      `The version of "${key}" before change "${changeId}" is not known: ${why}. Put what it was back by put() or copy().`,
    );
  }
}

/** A manifest was sent and its answer is lost: it may have taken effect. The next read of a marker finds out. */
export class UnconfirmedWriteError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_UNCONFIRMED_WRITE';
  override readonly isTransient = true;

  constructor(
    readonly bucket: string,
    /** Of the manifest. */
    readonly key: string,
    cause: unknown,
  ) {
    super(
      `The answer to the write of "${key}" in bucket "${bucket}" is lost, so that it may have taken effect. Nothing has ` +
        'to be done: the next start reads what became of it.',
      { cause },
    );
  }
}

/** A change has committed, and not all of its objects are in place yet. The next start puts them there. */
export class RollForwardError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_ROLL_FORWARD';
  override readonly isTransient = true;

  constructor(
    readonly bucket: string,
    /** Of the manifest. */
    readonly key: string,
    cause: unknown,
  ) {
    super(
      `The change of manifest "${key}" in bucket "${bucket}" has committed, and not all of its objects are in place. ` +
        'The next start puts the others there. If it fails again: see the cause, and whether the credentials may read ' +
        'and write every key of the change.',
      { cause },
    );
  }
}

/** A manifest is not as this version writes them. */
export class ManifestFormatError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_MANIFEST_FORMAT';

  constructor(
    readonly bucket: string,
    /** Of the manifest. */
    readonly key: string,
    why: string,
  ) {
    super(
      `Manifest "${key}" in bucket "${bucket}" ${why}. If a newer version of @nestjs-flamingock/s3 has written it, run ` +
        'that one; otherwise put the object back as it was.',
    );
  }
}

/** Others were faster each time that a manifest was to be written. It may succeed a moment later. */
export class ManifestContendedError extends FlamingockError {
  readonly code: string = 'FLAMINGOCK_S3_CONTENDED';
  override readonly isTransient = true;

  constructor(
    readonly bucket: string,
    readonly attempts: number,
  ) {
    super(
      `Other writers of bucket "${bucket}" were faster ${attempts} times. Start again; give target systems that have ` +
        'nothing to do with each other a prefix of their own.',
    );
  }
}
