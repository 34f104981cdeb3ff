import { S3Client } from '@aws-sdk/client-s3';
import type { TargetSystemDefinition } from '@nestjs-flamingock/core';
import {
  FLAMINGOCK_ADAPTER_HOST,
  optionFaults,
  optionsOf,
  tokenName,
  type AdapterHost,
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
  const settings = () => resolveS3Options(optionsOf(options));
  const faults = optionFaults(`s3TargetSystem('${id}')`, options, OPTIONS);
  const common = { id, faults, ...(provide && { provide }) };
  if (client) {
    return {
      ...common,
      inject: [FLAMINGOCK_ADAPTER_HOST],
      useFactory: (host: AdapterHost) => new S3TargetSystem(id, client, settings(), { host }),
    };
  }
  const token = inject as HandleToken;
  return {
    ...common,
    inject: [inject, FLAMINGOCK_ADAPTER_HOST],
    whenMissing:
      `s3TargetSystem('${id}') injects ${tokenName(inject)}, which nothing provides: write ` +
      `s3TargetSystem('${id}', { bucket, inject: TOKEN }) with the token of the application's client, or { bucket, client }`,
    useFactory: (found: S3Client, host: AdapterHost) =>
      new S3TargetSystem(id, found, settings(), { token, host }),
  };
}

const OPTIONS: OptionNames<S3TargetSystemOptions> = {
  bucket: true,
  prefix: true,
  client: true,
  inject: true,
  provide: true,
};
