import {
  baseline,
  previewBaseline,
  type BaselineRequest,
  type BaselineResult,
} from '../../operations/baseline.js';
import {
  importHistory,
  previewImport,
  type ImportPreview,
  type ImportRequest,
  type ImportResult,
} from '../../operations/import.js';
import { undoImport, type ImportUndoResult } from '../../operations/import-undo.js';
import type { OperationContext } from '../../operations/operation-context.js';
import type { EngineHost } from '../engine-host.js';

/** Taking over a database that other tools, or nobody, have kept: `flamingock.adoption`. */
export class AdoptionOperations {
  constructor(private readonly host: EngineHost) {}

  /**
   * Tells what an import would record, and everything that speaks against it. Takes no lock and writes nothing.
   *
   * @throws InvalidRequestError for a tool that no target system reads.
   */
  async previewImport(request: ImportRequest): Promise<ImportPreview> {
    return previewImport(await this.host.engine(), request);
  }

  /**
   * Records the migrations that another tool has applied, all at once or, where anything speaks against it, none.
   * Repeated, it adds what was applied since. Waits for a run that is going on.
   *
   * @throws ImportRefusedError with every reason; InvalidRequestError; LockTimeoutError with who holds the lock.
   */
  import(request: ImportRequest, context: OperationContext = {}): Promise<ImportResult> {
    return this.host.perform(context, (engine, operation) => importHistory(engine, request, operation));
  }

  /**
   * Takes back what the last import or baseline has recorded, as long as nothing else was since. No target system is
   * touched.
   *
   * @throws ImportUndoRefusedError; InvalidRequestError; LockTimeoutError with who holds the lock.
   */
  undoImport(context: OperationContext = {}): Promise<ImportUndoResult> {
    return this.host.perform(context, undoImport);
  }

  /**
   * Tells which changes a baseline would mark as applied. Takes no lock and writes nothing.
   *
   * @throws UnknownChangeError, BaselineRefusedError
   */
  async previewBaseline(request: BaselineRequest): Promise<BaselineResult> {
    return previewBaseline(await this.host.engine(), request);
  }

  /**
   * Marks every change up to one as applied, in pipeline order. `context` has to say who vouches for that, and why.
   *
   * @throws BaselineRefusedError with every change that has a history; UnknownChangeError; InvalidRequestError;
   * LockTimeoutError with who holds the lock.
   */
  baseline(request: BaselineRequest, context: OperationContext): Promise<BaselineResult> {
    return this.host.perform(context, (engine, operation) => baseline(engine, request, operation));
  }
}
