/** Every {@link TxStrategy}. */
export const TX_STRATEGIES = ['NON_TX', 'TX_SHARED', 'TX_SEPARATE'] as const;

/**
 * How a change and its audit entries are kept together.
 *
 * - `NON_TX`: the target system has no transaction.
 * - `TX_SHARED`: change and entries commit in one transaction of one database.
 * - `TX_SEPARATE`: the target's transaction carries a marker, the audit store follows.
 */
export type TxStrategy = (typeof TX_STRATEGIES)[number];
