import { S3Client } from '@aws-sdk/client-s3';
import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  clientTargetSystem,
  optionFaults,
  optionsOf,
  type HandleToken,
  type OptionNames,
} from '@nestjs-flamingock/core/adapter';
import { resolveS3Options, type S3TargetSystemOptions } from './s3.options.js';
import { S3TargetSystem } from './target/s3.target-system.js';

/**
 * A bucket, or the part of it below a prefix, as the target system `id`. Its transactional changes stage their objects,
 * which take effect together with a proof of it by one conditional write. Options that cannot work end the start with
 * an S3OptionsError.
 */
export function s3TargetSystem(id: string, options: S3TargetSystemOptions): TargetSystemDefinition {
  const { client, inject = S3Client, provide } = optionsOf(options);
  const call = `s3TargetSystem('${id}')`;
  return clientTargetSystem<S3Client>({
    id,
    call,
    faults: optionFaults(call, options, OPTIONS),
    client,
    inject: inject as HandleToken,
    provide,
    remedy: `s3TargetSystem('${id}', { bucket, inject: TOKEN }) with the token of the application's client, or { bucket, client }`,
    create: (found, context) => new S3TargetSystem(id, found, resolveS3Options(optionsOf(options)), context),
  });
}

const OPTIONS: OptionNames<S3TargetSystemOptions> = {
  bucket: true,
  prefix: true,
  client: true,
  inject: true,
  provide: true,
};
