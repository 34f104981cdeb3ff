import { Writable } from 'node:stream';

/** Where a command is used: what it reads, what it writes, and where it stands. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** The result, and nothing else. */
  readonly output: OutputStream;
  /** Everything said to a person meanwhile. */
  readonly messages: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/** A stream that may be a terminal. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** True once the reader of the output has closed it. */
  readonly isAbandoned?: boolean;
}

/**
 * The terminal of this process. From then on the output of all other code to standard output,
 * an application's logger above all, goes to standard error.
 */
export function processTerminal(): Terminal {
  return {
    input: process.stdin,
    output: new StandardOutput(process.stdout),
    messages: process.stderr,
    environment: process.env,
    directory: process.cwd(),
  };
}

/** The one way left to standard output. A reader that closes it early does not end the process. */
class StandardOutput extends Writable implements OutputStream {
  isAbandoned = false;
  private readonly forward: typeof process.stdout.write;

  constructor(private readonly stream: NodeJS.WriteStream) {
    super({ decodeStrings: false });
    this.forward = stream.write.bind(stream);
    stream.write = process.stderr.write.bind(process.stderr);
    stream.on('error', () => (this.isAbandoned = true));
  }

  get isTTY(): boolean {
    return this.stream.isTTY;
  }

  get columns(): number {
    return this.stream.columns;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, written: () => void): void {
    if (this.isAbandoned) written();
    else
      this.forward(chunk, (error) => {
        if (error) this.isAbandoned = true;
        written();
      });
  }
}
