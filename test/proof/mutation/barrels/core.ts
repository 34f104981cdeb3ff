// What the in-memory stores take from core, without the Nest module.
export { entryHash } from '../../../../libs/core/src/audit/audit-chain.js';
export { GENESIS_HASH } from '../../../../libs/core/src/audit/chain.js';
export { isAsked } from '../../../../libs/core/src/audit/history-query.js';
export { ChangeEndedError } from '../../../../libs/core/src/lock/change-scope.errors.js';
export { FlamingockError } from '../../../../libs/core/src/errors/flamingock.error.js';
export { FencedError } from '../../../../libs/core/src/lock/lock.errors.js';
export { ForeignTransactionError } from '../../../../libs/core/src/target-system/transaction.errors.js';
