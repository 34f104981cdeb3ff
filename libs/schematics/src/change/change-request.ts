/** What a change is to be. */
export interface ChangeRequest {
  /** What it is called: its id. A stage may go before it: `inventory/add-category`. */
  readonly name: string;
  /** @default the only stage */
  readonly stage?: string | undefined;
  /** @default the target system of the stage's last change, or the only one */
  readonly target?: string | undefined;
  /** @default what the target system makes of it */
  readonly transactional?: boolean | undefined;
  /** @default the next one */
  readonly order?: string | undefined;
  /** @default that of the stage's last change, or of package.json, or the user of this process */
  readonly author?: string | undefined;
  /** Project of a monorepo whose stages are meant. */
  readonly project?: string | undefined;
}
