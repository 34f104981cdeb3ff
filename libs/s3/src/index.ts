export { s3TargetSystem } from './s3.definitions.js';
export type { S3TargetSystemOptions } from './s3.options.js';
export { S3Objects } from './change/s3-objects.js';
export type { S3ListedObject, S3ObjectInfo, S3PutOptions, S3StoredObject } from './change/s3-objects.js';
export type { S3Body } from './connection/upload.js';
export {
  ManifestContendedError,
  ManifestFormatError,
  ObjectMissingError,
  ObjectTooLargeError,
  PreviousVersionUnknownError,
  RollForwardError,
  S3KeyError,
  S3OptionsError,
  S3PlainWriteError,
  S3UnreachableError,
  UnconfirmedWriteError,
} from './s3.errors.js';
