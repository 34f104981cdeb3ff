import type { AuditStore } from '../audit/audit-store.js';
import type { ChangeDescriptor } from '../change/change-descriptor.js';
import type { ApprovalNeed } from '../change/change-metadata.js';
import {
  approvalDigest,
  approversOf,
  standingOf,
  type ApprovalStanding,
  type ApproverDirectory,
} from './approval.js';
import { DecisionLedger } from './decision-ledger.js';
import type { DecisionRecord } from './decision-record.js';

/** Which changes need approval besides those that say so themselves. */
export interface ApprovalRule extends ApprovalNeed {
  /** Only changes of this stage. */
  readonly stage?: string;
  /** Only changes of this target system. */
  readonly target?: string;
  /** Only changes for which this is true. */
  readonly matches?: (change: ApprovalSubject) => boolean;
}

/** What a rule is asked about. */
export type ApprovalSubject = Pick<
  ChangeDescriptor,
  'id' | 'order' | 'stage' | 'author' | 'transactional'
> & {
  readonly target: string;
};

/** Which changes need approval, and by whom. */
export interface ApprovalSettings {
  readonly require: readonly ApprovalRule[];
  /** Asked where a need names groups. */
  readonly directory: ApproverDirectory | undefined;
  /** Why changes run without approval now; `undefined`: they do not. */
  readonly emergency: string | undefined;
}

/** Reads who has approved which changes. Where none of them needs that, it reads nothing. */
export class ApprovalReader {
  constructor(
    private readonly store: Pick<AuditStore, 'records' | 'now'>,
    private readonly service: string,
    private readonly settings: ApprovalSettings,
  ) {}

  /**
   * The standing of those of these changes that need approval, by their id.
   *
   * @throws LedgerTamperedError, as then no approval counts; what the directory throws.
   */
  async read(changes: readonly ChangeDescriptor[]): Promise<ReadonlyMap<string, ApprovalStanding>> {
    const wanted = changes.flatMap((change) => {
      const need = needOf(change, this.settings.require);
      return need ? [{ change, need, digest: approvalDigest(change) ?? '' }] : [];
    });
    if (wanted.length === 0) return new Map();
    const decisions = await this.decisionsAbout(new Set(wanted.map(({ change }) => change.id)));
    const approvers = wanted.flatMap(({ change, digest }) =>
      approversOf(digest, decisions.get(change.id) ?? []),
    );
    const isAsked = wanted.some(({ need }) => need.groups !== undefined);
    const facts = {
      now: await this.store.now(),
      groups: await this.groupsOf(isAsked ? new Set(approvers) : new Set()),
    };
    const { emergency } = this.settings;
    return new Map(
      wanted.map(({ change, need, digest }) => {
        const standing = standingOf(change, digest, need, decisions.get(change.id) ?? [], facts);
        const isForced = emergency !== undefined && !standing.isApproved;
        return [change.id, isForced ? { ...standing, emergency } : standing];
      }),
    );
  }

  private async decisionsAbout(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, DecisionRecord[]>> {
    const found = new Map<string, DecisionRecord[]>();
    for await (const decision of new DecisionLedger(this.store, this.service).read()) {
      if (!ids.has(decision.changeId)) continue;
      const known = found.get(decision.changeId) ?? [];
      known.push(decision);
      found.set(decision.changeId, known);
    }
    return found;
  }

  private async groupsOf(names: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly string[]>> {
    const { directory } = this.settings;
    const asked = [...names].map(
      async (name) => [name, directory ? await directory.groupsOf(name) : []] as const,
    );
    return new Map(await Promise.all(asked));
  }
}

/**
 * What a change needs: the strictest of what it says itself and of the rules that match it. `undefined`: nothing. An
 * approval has to be in the groups of that one, and holds for the shortest time of all.
 */
export function needOf(change: ChangeDescriptor, rules: readonly ApprovalRule[]): ApprovalNeed | undefined {
  const { id, order, stage, author, transactional, target } = change;
  const subject = { id, order, stage, author, transactional, target: target.id };
  const needs: readonly ApprovalNeed[] = [
    ...(change.approval ? [change.approval] : []),
    ...rules.filter((rule) => isMatch(rule, subject)),
  ];
  const [first, ...others] = needs;
  if (!first) return undefined;
  const strictest = others.reduce((one, other) => (other.count > one.count ? other : one), first);
  const validMs = Math.min(...needs.map((need) => need.validMs ?? Infinity));
  const groups = strictest.groups ?? needs.find((need) => need.groups)?.groups;
  return {
    count: strictest.count,
    ...(groups && { groups }),
    ...(Number.isFinite(validMs) && { validMs }),
  };
}

function isMatch({ stage, target, matches }: ApprovalRule, subject: ApprovalSubject): boolean {
  if (stage !== undefined && stage !== subject.stage) return false;
  if (target !== undefined && target !== subject.target) return false;
  return matches?.(subject) ?? true;
}
