import type { ComplianceException, RollbackPlan } from '../operations/compliance-change.js';
import type { CompliancePart } from '../operations/compliance-controls.js';

/** What an exception says, in a report for people. */
export const EXCEPTIONS: Readonly<Record<ComplianceException, string>> = {
  failed: 'failed',
  unfinished: 'never ended',
  'self-approved': 'approved by its author',
  emergency: 'emergency',
  'manual-fix': 'fixed by hand',
  undone: 'undone',
  forgotten: 'forgotten, effect stays',
  imported: 'imported',
  baseline: 'marked as applied (baseline)',
  renamed: 'service renamed',
};

/** How a change can be taken back, in words. */
export const ROLLBACK_PLANS: Readonly<Record<RollbackPlan, string>> = {
  'rollback-method': 'rollback method',
  transaction: 'transaction',
  none: 'none',
  unknown: 'no longer in the code',
};

/** Where in the report a part is, and what it is. */
export const PARTS: Readonly<Record<CompliancePart, string>> = {
  completeness: 'Completeness: every entry of the history, hash-chained, up to its head',
  authorization: 'All changes, columns Author, Approved by, Reason',
  record: 'All changes: what ran, where, when, by whom, with which outcome',
  exceptions: 'Exceptions, and Today',
  recovery: 'All changes, column Rollback plan; Exceptions, with what was done',
  testing:
    'All changes, columns Code, the fingerprint of what ran, and Tests, its test run; Today, for what changes say of themselves',
};
