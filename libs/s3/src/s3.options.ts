import type { S3Client } from '@aws-sdk/client-s3';
import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import type { ProvidedHandle } from '@nestjs-flamingock/core/adapter';
import { S3OptionsError } from './s3.errors.js';

/** A token of Nest's container. */
type Token = NonNullable<TargetSystemDefinition['inject']>[number];

/** Options of {@link s3TargetSystem}. */
export interface S3TargetSystemOptions {
  /** The bucket, which has to be there. */
  readonly bucket: string;
  /**
   * Begin of every key that changes name, as `catalog/`. What this library keeps lies below it, too, under `.flamingock/`.
   *
   * @default none
   */
  readonly prefix?: string;
  /** The application's client, where it is no provider. */
  readonly client?: S3Client;
  /**
   * Token of the application's client.
   *
   * @default the class `S3Client` of the SDK
   */
  readonly inject?: Token;
  /** What else parameters of this target's changes may ask for. */
  readonly provide?: readonly ProvidedHandle[];
}

/** Options with their defaults. */
export interface S3Settings {
  readonly bucket: string;
  readonly prefix: string;
}

/** A key has at most 1,024 bytes, of which the keys of manifests and of objects below the prefix need some. */
const MAX_PREFIX_BYTES = 512;

/**
 * Fills in the defaults.
 *
 * @throws S3OptionsError for values that cannot work.
 */
export function resolveS3Options({ bucket, prefix = '' }: Partial<S3TargetSystemOptions>): S3Settings {
  if (typeof bucket !== 'string' || bucket === '') {
    throw new S3OptionsError('bucket', bucket, 'the name of a bucket');
  }
  if (typeof prefix !== 'string' || prefix.startsWith('/') || Buffer.byteLength(prefix) > MAX_PREFIX_BYTES) {
    const expected = `a text of at most ${MAX_PREFIX_BYTES} bytes without a slash at its begin, as "catalog/"`;
    throw new S3OptionsError('prefix', prefix, expected);
  }
  return { bucket, prefix };
}
