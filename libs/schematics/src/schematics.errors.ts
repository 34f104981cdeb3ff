/** What was asked for cannot be done. Nothing was written. */
export class FaultyRequestError extends Error {
  readonly code: string = 'FLAMINGOCK_FAULTY_REQUEST';
  override readonly name: string = 'FaultyRequestError';

  /** @param faults All that is wrong, each a sentence. */
  constructor(readonly faults: readonly string[]) {
    super(faults.length === 1 ? faults.join() : `\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** The sources are written in a way in which nothing can be added to them. Nothing was written. */
export class NotUnderstoodError extends Error {
  readonly code: string = 'FLAMINGOCK_NOT_UNDERSTOOD';
  override readonly name: string = 'NotUnderstoodError';

  constructor(
    /** Why not, each a sentence. */
    readonly reasons: readonly string[],
    /** What to add by hand. */
    readonly byHand: string,
  ) {
    super(`Nothing was changed: ${reasons.join(' ')}\nAdd it by hand:\n\n${byHand}`);
  }
}

/** There is no TypeScript compiler that can parse the sources. Nothing was written. */
export class NoCompilerError extends Error {
  readonly code: string = 'FLAMINGOCK_NO_COMPILER';
  override readonly name: string = 'NoCompilerError';

  constructor(readonly folder: string) {
    super(
      `Neither "typescript" (5 or 6) nor @nestjs/cli, which brings one, is installed in ${folder}, ` +
        'and sources are altered by it: npm install --save-dev @nestjs/cli',
    );
  }
}
