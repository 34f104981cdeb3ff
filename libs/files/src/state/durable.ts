import { open, type FileHandle } from 'node:fs/promises';

/** What a file can be made of. A stream is passed on as it comes, and never held as a whole. */
export type FileContent = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** Makes the entries of a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  await folder.sync().finally(() => folder.close());
}

/** Calls `work` with an open file, and resolves once all that it wrote is durable. */
export async function withSynced<T>(file: FileHandle, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const result = await work(file);
    await file.sync();
    return result;
  } finally {
    await file.close();
  }
}

/** Writes a file that may be there, durably. Its folder's entry is not. */
export async function writeSynced(path: string, content: string): Promise<void> {
  await withSynced(await open(path, 'w', 0o600), (file) => file.writeFile(content));
}
