import { S3Client } from '@aws-sdk/client-s3';
import {
  type AdapterHost,
  type ChangeRun,
  ChangeStatements,
  type ClientContext,
  type Handles,
  type HandleToken,
  type Marker,
  nodeHost,
  type TargetDiagnosis,
  type Transaction,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import { ClientRequests } from '../change/client-requests.js';
import { ClientScope } from '../change/client-scope.js';
import { DirectSession } from '../change/direct-session.js';
import { S3Objects, type ObjectSession } from '../change/s3-objects.js';
import { StagingSession } from '../change/staging-session.js';
import { TrackedSession } from '../change/tracked-session.js';
import { Bucket } from '../connection/bucket.js';
import { diagnose, isRefusal, isTransient } from '../connection/failures.js';
import { S3UnreachableError } from '../s3.errors.js';
import type { S3Settings } from '../s3.options.js';
import { commit, type CommitResources } from './commit.js';
import { Layout } from './layout.js';
import { passFence, type Manifest } from './manifest.js';
import { ManifestLog } from './manifest-log.js';
import { previousVersion } from './previous-version.js';
import { probe, type Abilities } from './probe.js';
import { S3MarkerStore } from './s3.marker-store.js';

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** A bucket, or the part of it below a prefix, altered in one atomic step per change. */
export class S3TargetSystem implements TransactionalTargetSystem {
  readonly handleTokens: readonly HandleToken[];
  readonly markers: S3MarkerStore;
  private readonly host: AdapterHost;
  private readonly scope: ClientScope;
  private readonly bucket: Bucket;
  private readonly layout: Layout;
  private readonly log: ManifestLog;
  private known: Abilities | undefined;

  constructor(
    readonly id: string,
    readonly resource: S3Client,
    private readonly settings: S3Settings,
    { token, host = nodeHost }: ClientContext = {},
  ) {
    this.host = host;
    this.handleTokens = [...new Set([S3Objects, S3Client, ...(token ? [token] : [])])];
    this.scope = ClientScope.of(resource);
    this.bucket = new Bucket(settings.bucket, this.scope.send, host);
    this.layout = new Layout(settings.prefix);
    this.log = new ManifestLog(this.bucket, this.layout, host.runtime);
    this.markers = new S3MarkerStore(id, this.log, this.bucket, this.layout, () => this.objection());
  }

  async checkTransactions(): Promise<string | undefined> {
    try {
      return await this.objection();
    } catch (error) {
      if (error instanceof S3UnreachableError) return error.message;
      throw error;
    }
  }

  /**
   * @throws S3UnreachableError before `work` is called; UnawaitedStatementsError where requests were on their way when
   * it returned, once they are answered.
   */
  async run(
    { changeId, readOnly }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check?: () => void,
  ): Promise<void> {
    await this.bucket.first(this.layout.manifests);
    const statements = new ChangeStatements(changeId, check, readOnly);
    const session = new DirectSession({ changeId, bucket: this.bucket, prefix: this.settings.prefix });
    await this.perform(session, statements, false, work);
  }

  isTransient(error: unknown): boolean {
    return isTransient(error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(error);
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    let resources: CommitResources;
    try {
      resources = await this.begin(change, marker);
    } catch (error) {
      return { status: 'rolled-back', error };
    }
    const { session } = resources;
    const statements = new ChangeStatements(change.changeId);
    const transaction = { resource: this.resource, isEmpty: () => !statements.haveWritten };
    try {
      await this.perform(session, statements, true, (handles) => work(handles, transaction));
    } catch (error) {
      await this.bucket.deleteAll(session.staged).catch(() => undefined);
      return { status: 'rolled-back', error };
    }
    return commit(resources, marker);
  }

  /** Takes the hook off the client, once nothing of a change can come any more. */
  async close(): Promise<void> {
    this.scope.uninstall(this);
  }

  private async begin(change: ChangeRun, marker: Marker | undefined): Promise<CommitResources> {
    const { bucket, log, layout, host } = this;
    const { title } = this.markers;
    const abilities = await this.abilities();
    const base = await log.latest();
    if (marker) passFence(base, marker, title);
    await log.settle(base);
    const folder = layout.stagedFolder(marker, host.runtime.uuid());
    const session = this.staging(change, base, folder);
    return { session, folder, log, bucket, abilities, base, title };
  }

  private staging(change: ChangeRun, base: Manifest, folder: string): StagingSession {
    const { bucket, log } = this;
    const { prefix } = this.settings;
    const previous = (key: string): Promise<string | null> => previousVersion(log, base, change, key);
    return new StagingSession({ changeId: change.changeId, bucket, prefix, folder, previous });
  }

  /** Calls `work` with handles of a session, and waits until all that it has begun is over. */
  private async perform(
    session: ObjectSession,
    statements: ChangeStatements,
    transactional: boolean,
    work: (handles: Handles) => Promise<void>,
  ): Promise<void> {
    const { scope, resource, settings, host } = this;
    const requests = new ClientRequests(resource, scope.send, statements, transactional);
    const objects = new S3Objects(new TrackedSession(session, statements, settings.prefix));
    const handles = new Map(
      this.handleTokens.map((token) => [token, token === S3Objects ? objects : requests.client]),
    );
    scope.install(this);
    try {
      await scope.run(requests, () => work(handles));
      requests.assertNoneRefused();
      await statements.sealWithin(host, (ms) => {
        return new S3UnreachableError(settings.bucket, `did not answer within ${ms} ms`);
      });
    } finally {
      statements.end();
    }
  }

  private async objection(): Promise<string | undefined> {
    try {
      return (await this.abilities()).objection;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { bucket, prefix } = this.settings;
      return (
        `an object below "${prefix}.flamingock/" of bucket "${bucket}" cannot be written and deleted: ` +
        `${String(error)}. Check that the bucket is there, and what the credentials of the S3Client may do.`
      );
    }
  }

  /** What the store can do, tried once. */
  private async abilities(): Promise<Abilities> {
    this.known ??= await probe(this.bucket, this.layout, this.host);
    return this.known;
  }
}
