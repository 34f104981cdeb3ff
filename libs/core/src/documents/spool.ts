import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Bytes that are compressed together. */
const BLOCK = 64 * 1024;

/** Text that is to come later in a document: kept compressed, a fifteenth of its size where it is rows of a table. */
export class Spool {
  private readonly blocks: Buffer[] = [];
  /** One for all blocks: memory that each allocates is freed late, and adds up meanwhile. */
  private readonly open = Buffer.allocUnsafe(BLOCK);
  private size = 0;

  add(text: string): void {
    const length = Buffer.byteLength(text);
    if (this.size + length > BLOCK) this.close();
    if (length > BLOCK) this.blocks.push(compressed(Buffer.from(text)));
    else this.size += this.open.write(text, this.size);
  }

  /** All of it, in blocks, in the order in which it was added. */
  *texts(): Generator<string, void, undefined> {
    this.close();
    for (const block of this.blocks) yield inflateRawSync(block).toString('utf8');
  }

  private close(): void {
    if (this.size > 0) this.blocks.push(compressed(this.open.subarray(0, this.size)));
    this.size = 0;
  }
}

/** A copy, because what zlib returns is a part of something larger. */
function compressed(bytes: Buffer): Buffer {
  return Buffer.from(deflateRawSync(bytes, { level: 1 }));
}
