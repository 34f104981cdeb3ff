import { foreignFrames } from './frames.js';

const stack = (message: string, ...files: string[]) =>
  [`TypeError: ${message}`, ...files.map((file) => `    at work (${file}:1:2)`)].join('\n');

describe('frames of an error', () => {
  it.each([
    '/srv/app/node_modules/@nestjs-flamingock/core/dist/bundle/shared.js',
    'C:\\app\\node_modules\\@nestjs-flamingock\\typeorm\\dist\\bundle\\index.js',
    '/srv/node_modules/.pnpm/@nestjs-flamingock+core@1/node_modules/@nestjs-flamingock/core/dist/bundle/shared.js',
  ])('leave out those of this library: %s', (ours) => {
    expect(foreignFrames(stack('no', ours, '/srv/app/dist/main.js', ours), 'no')).toBe(
      '\n    at work (/srv/app/dist/main.js:1:2)',
    );
  });

  it.each(['/srv/libs/core/dist/main.js', '/srv/@nestjs-flamingock/src/main.ts', '/srv/dist/bundle/main.js'])(
    'keep those of an application: %s',
    (file) => expect(foreignFrames(stack('no', file), 'no')).toContain(file),
  );

  it('are not what the message says of others', () => {
    const message =
      'failed:\n    at work (/srv/node_modules/@nestjs-flamingock/core/dist/bundle/shared.js:1:2)';
    expect(foreignFrames(stack(message), message)).toBe('');
  });
});
