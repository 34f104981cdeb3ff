import 'reflect-metadata';
import { registrationFaults } from '../../../test/support/registration-faults.js';
import { s3TargetSystem } from './s3.definitions.js';
import { S3OptionsError } from './s3.errors.js';
import { resolveS3Options } from './s3.options.js';

const target = (options: unknown) => ({ targetSystems: [s3TargetSystem('assets', options as never)] });

describe('a client that the application does not have', () => {
  it.each([
    ['the default', { bucket: 'b' }, 'S3Client'],
    ['a token', { bucket: 'b', inject: 'ASSETS' }, 'ASSETS'],
  ])('is told with the option to write: %s', async (_what, options, token) => {
    expect(await registrationFaults(target(options))).toEqual([
      `s3TargetSystem('assets') injects ${token}, which nothing provides: write s3TargetSystem('assets', ` +
        `{ bucket, inject: TOKEN }) with the token of the application's client, or { bucket, client }`,
    ]);
  });
});

describe('an option', () => {
  it('that nobody knows is refused with the one that was meant', async () => {
    expect(await registrationFaults(target({ client: {}, buckt: 'x' }))).toEqual([
      `s3TargetSystem('assets') has no option "buckt": did you mean bucket?`,
    ]);
  });

  it.each([{}, { bucket: '' }, { bucket: 'b', prefix: '/x' }, { bucket: 'b', prefix: 'x'.repeat(600) }])(
    'that cannot work is refused: %j',
    (options) => {
      expect(() => resolveS3Options(options)).toThrow(S3OptionsError);
    },
  );
});
