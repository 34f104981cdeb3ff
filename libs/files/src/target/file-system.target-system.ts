import {
  ChangeStatements,
  nodeHost,
  type AdapterHost,
  type ChangeRun,
  type Handles,
  type LockHold,
  type Marker,
  type TargetDiagnosis,
  type Transaction,
  type TransactionalTargetSystem,
  type TransactionOutcome,
} from '@nestjs-flamingock/core/adapter';
import { ChangeFiles } from '../change/change-files.js';
import { ChangedTree } from '../change/changed-tree.js';
import { DirectFiles } from '../change/direct-files.js';
import { Files } from '../change/files.js';
import { planOperations } from '../change/plan-operations.js';
import { StagedFiles } from '../change/staged-files.js';
import { FilesChangedError } from '../files.errors.js';
import type { FilesSettings } from '../files.options.js';
import { diagnose, isTransient } from '../state/file-system-failure.js';
import { pathReader, type ReadPath } from '../state/paths.js';
import { assertOneMount, type Pending } from '../state/roll-forward.js';
import { entryAt, RootFolder } from '../state/root-folder.js';
import { StagedFolder, StateFolder } from '../state/staging.js';
import { StateLog, UnknownStepError, type NextState, type State } from '../state/state-log.js';
import { FilesMarkerStore } from './files.marker-store.js';
import { objectionTo } from './readiness.js';

type Work = (handles: Handles, tx: Transaction) => Promise<void>;

/** What a change has done, and where it began. */
interface Done {
  readonly staged: StagedFolder;
  readonly pending: Pending | undefined;
  readonly editsBefore: number;
  readonly readsBefore: number;
}

/** The files below a root, altered as a whole by one link to a manifest of what is staged. */
export class FileSystemTargetSystem implements TransactionalTargetSystem {
  readonly handleTokens = [Files];
  /** No audit store lives in a folder, so this is nobody else's: changes are `TX_SEPARATE`. */
  readonly resource = {};
  readonly id: string;
  readonly markers: FilesMarkerStore;
  private readonly folder: StateFolder;
  private readonly log: StateLog;
  private readonly readPath: ReadPath;

  constructor(
    private readonly settings: FilesSettings,
    { runtime }: AdapterHost = nodeHost,
  ) {
    this.id = settings.targetSystem;
    this.folder = new StateFolder(settings.stateFolder, () => runtime.uuid());
    this.log = new StateLog(settings, this.folder);
    this.readPath = pathReader(settings.reserved);
    this.markers = new FilesMarkerStore(this.id, this.log, this.folder, () => this.checkTransactions());
  }

  checkTransactions(): Promise<string | undefined> {
    return objectionTo(this.settings, this.folder, this.folder.newName(NOBODY));
  }

  /** Each call of `Files` asks `check` first. */
  checks(value: object): boolean {
    return value instanceof ChangeFiles;
  }

  /** @throws RootUnusableError, FilesNotInPlaceError before `work` is called */
  async run(
    { service, changeId, readOnly }: ChangeRun,
    work: (handles: Handles) => Promise<void>,
    check?: () => void,
  ): Promise<void> {
    await this.log.settled();
    const root = await RootFolder.find(this.settings);
    const staged = new StagedFolder(this.folder, this.folder.newName({ ...NOBODY, service }));
    const statements = new ChangeStatements(changeId, check, readOnly);
    const files = new ChangeFiles(new DirectFiles(root, staged), this.readPath, statements);
    try {
      await work(new Map([[Files, files]]));
      await files.seal();
    } finally {
      statements.end();
      await staged.remove();
    }
  }

  async transaction(change: ChangeRun, work: Work, marker?: Marker): Promise<TransactionOutcome> {
    const { changeId } = change;
    const hold = marker ?? { ...NOBODY, service: change.service };
    const staged = new StagedFolder(this.folder, this.folder.newName(hold));
    try {
      const done = await this.perform(staged, changeId, work, marker);
      await this.log.publish(staged.name, (state) => this.next(state, done, changeId, marker));
    } catch (error) {
      if (error instanceof UnknownStepError) return { status: 'unknown', error: error.cause };
      await staged.remove();
      return { status: 'rolled-back', error };
    }
    try {
      await this.log.settled();
      return { status: 'committed' };
    } catch (error) {
      // It is committed, and not done: whoever reads the marker goes on with it first.
      return { status: 'unknown', error };
    }
  }

  isTransient(error: unknown): boolean {
    return isTransient(error);
  }

  diagnose(error: unknown): TargetDiagnosis {
    return diagnose(error);
  }

  /** Calls the method of the change, and makes durable what it has staged. */
  private async perform(
    staged: StagedFolder,
    changeId: string,
    work: Work,
    marker: Marker | undefined,
  ): Promise<Done> {
    const { state } = await this.log.settled();
    const readsBefore = marker ? this.markers.pass(state, marker).reads : 0;
    const root = await RootFolder.find(this.settings);
    const tree = new ChangedTree(root, await this.tellsCase());
    const statements = new ChangeStatements(changeId);
    const files = new ChangeFiles(new StagedFiles(root, tree, staged), this.readPath, statements);
    try {
      await work(new Map([[Files, files]]), {
        resource: this.resource,
        isEmpty: () => !statements.haveWritten,
      });
      await files.seal();
    } finally {
      statements.end();
    }
    const operations = await planOperations(tree, root);
    const begun = { staged, editsBefore: state.edits, readsBefore };
    if (operations.length === 0) return { ...begun, pending: undefined };
    const digest = await staged.seal(operations);
    await assertOneMount(root, staged, operations);
    return { ...begun, pending: { folder: staged.name, digest } };
  }

  private next(state: State, done: Done, changeId: string, marker: Marker | undefined): NextState {
    const { pending, editsBefore, readsBefore } = done;
    const next = marker ? this.markers.withMarker(state, marker, readsBefore) : state;
    if (!pending) return next;
    if (state.edits !== editsBefore) throw new FilesChangedError(changeId);
    return { ...next, edits: state.edits + 1, pending };
  }

  /** False where the file system finds a folder of ours under a name in capitals, too. */
  private async tellsCase(): Promise<boolean> {
    return (await entryAt(this.folder.steps.replace(/steps$/, 'STEPS'))) === undefined;
  }
}

/** Whose things are that no holder of a lock has made. */
const NOBODY: LockHold = { service: '', token: 0, owner: '' };
