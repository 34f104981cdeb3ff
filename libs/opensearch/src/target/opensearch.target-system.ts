import {
  type ChangeRun,
  ChangeStatements,
  type ClientContext,
  type Handles,
  type HandleToken,
  type LockHold,
  type Marker,
  nodeHost,
  type TargetDiagnosis,
  type Transaction,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import { Client } from '@opensearch-project/opensearch';
import { ReadingRequests, sealRequests, sendingAtOnce } from '../change/change-session.js';
import { IndexSession } from '../change/index-session.js';
import { SearchIndices } from '../change/search-indices.js';
import { ClientScope } from '../client/client-scope.js';
import { diagnose } from '../client/diagnose.js';
import { SearchLink } from '../client/search-link.js';
import { isTransient } from '../client/transient.js';
import { ControlIndex, type RaisedState } from '../control/control-index.js';
import { ControlNames } from '../control/control-names.js';
import { UnseenIndices } from '../control/unseen-indices.js';
import { OpenSearchNotInTransactionError, OpenSearchUnreachableError } from '../opensearch.errors.js';
import type { OpenSearchSettings } from '../opensearch.options.js';
import { commit } from './commit.js';
import { OpenSearchMarkerStore } from './opensearch.marker-store.js';
import { objectionToAliases, objectionToProduct, versionOf } from './readiness.js';

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** A change that has begun: nobody of a lower hold can commit any more, and nothing is left of earlier attempts. */
interface Begun {
  readonly hold: LockHold;
  readonly raised: RaisedState | undefined;
}

/** The OpenSearch of a client, altered in one atomic step per change. */
export class OpenSearchTargetSystem implements TransactionalTargetSystem {
  readonly handleTokens: readonly HandleToken[];
  readonly databaseSystem = 'opensearch';
  readonly markers: OpenSearchMarkerStore;
  private readonly names: ControlNames;
  private readonly scope: ClientScope;
  private readonly link: SearchLink;
  private readonly control: ControlIndex;
  private readonly unseen: UnseenIndices;

  constructor(
    readonly id: string,
    readonly resource: Client,
    private readonly settings: OpenSearchSettings,
    { token, host = nodeHost }: ClientContext = {},
  ) {
    this.handleTokens = [...new Set([Client, SearchIndices, ...(token ? [token] : [])])];
    this.names = new ControlNames(settings.controlIndex);
    this.scope = ClientScope.of(resource);
    this.link = new SearchLink(resource, this.scope, host);
    this.control = new ControlIndex(this.names, this.link, id);
    this.unseen = new UnseenIndices(this.names, this.link);
    this.markers = new OpenSearchMarkerStore(id, this.control, this.unseen, () => this.objection());
  }

  async checkTransactions(): Promise<string | undefined> {
    try {
      return await objectionToProduct(this.link);
    } catch (error) {
      if (error instanceof OpenSearchUnreachableError) return error.message;
      throw error;
    }
  }

  /**
   * @throws OpenSearchUnreachableError before `work` is called; UnawaitedStatementsError where requests were on their
   * way when it returned, once they are answered.
   */
  async run(
    { changeId, readOnly }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check?: () => void,
  ): Promise<void> {
    await versionOf(this.link);
    this.scope.install(this);
    const statements = new ChangeStatements(changeId, check, readOnly);
    const handles = this.handles(
      new SearchIndices(() => {
        throw new OpenSearchNotInTransactionError(changeId);
      }),
    );
    try {
      await this.scope.run(sendingAtOnce(statements), () => work(handles));
      await sealRequests(statements, this.link.host, this.link.address);
    } finally {
      statements.end();
    }
  }

  isTransient(error: unknown): boolean {
    return isTransient(error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(error);
  }

  serverVersion(): Promise<string | undefined> {
    return versionOf(this.link);
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    const { changeId } = change;
    const { control } = this;
    let begun: Begun | undefined;
    let outcome: TransactionOutcome;
    try {
      begun = await this.begin(change, marker);
      const session = await this.perform(changeId, begun, work);
      outcome = await commit({ changeId, session, control, raised: begun.raised }, marker);
    } catch (error) {
      outcome = { status: 'rolled-back', error };
    }
    // Where it is not known whether it took effect, the next claim knows what is unseen.
    if (begun && outcome.status !== 'unknown') await this.removeUnseen(begun.hold);
    return outcome;
  }

  /** Takes the hook off the client, once nothing of a change can come any more. */
  async close(): Promise<void> {
    this.scope.uninstall(this);
  }

  private async begin({ service, executionId }: ChangeRun, marker: Marker | undefined): Promise<Begun> {
    if (!marker) return { hold: { service, token: 0, owner: executionId }, raised: undefined };
    const { token, owner } = marker;
    const hold = { service, token, owner };
    const raised = await this.control.raise(hold);
    await this.unseen.remove(hold);
    return { hold, raised };
  }

  private async perform(changeId: string, { hold }: Begun, work: Work): Promise<IndexSession> {
    const { names, link, settings } = this;
    const statements = new ChangeStatements(changeId);
    const requests = new ReadingRequests(statements);
    const session = new IndexSession({ changeId, hold, names, link, statements, keepOld: settings.keepOld });
    const tx = { resource: this.resource, isEmpty: () => !statements.haveWritten };
    this.scope.install(this);
    try {
      await this.scope.run(requests.send, () => work(this.handles(new SearchIndices(() => session)), tx));
      requests.assertNoneRefused();
      await sealRequests(statements, link.host, link.address);
      return session;
    } finally {
      statements.end();
    }
  }

  /** What stays is removed by the next claim. */
  private async removeUnseen(hold: LockHold): Promise<void> {
    await this.unseen.remove(hold).catch(() => undefined);
  }

  private async objection(): Promise<string | undefined> {
    return (await objectionToProduct(this.link)) ?? (await objectionToAliases(this.control));
  }

  private handles(indices: SearchIndices): Handles {
    return new Map(
      this.handleTokens.map((token) => [token, token === SearchIndices ? indices : this.resource] as const),
    );
  }
}
