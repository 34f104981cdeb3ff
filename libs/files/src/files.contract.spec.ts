import { transactionalTargetContract, type TargetBackend } from '@nestjs-flamingock/testing';
import { filesOf, Folder } from './fixtures/folder.js';

async function open(): Promise<TargetBackend> {
  const folder = Folder.make();
  return {
    target: folder.target(),
    second: async () => folder.target(),
    write: (handles, key, value) => filesOf(handles).write(`values/${key}`, value),
    writeInVain: (handles) => filesOf(handles).chmod('absent', 0o600),
    read: async (key) => folder.text(`values/${key}`),
    close: async () => folder.remove(),
  };
}

describe('FileSystemTargetSystem', () => {
  for (const { title, run } of transactionalTargetContract(open)) it(title, run);
});
