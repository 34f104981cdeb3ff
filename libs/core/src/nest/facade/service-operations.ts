import type { OperationContext } from '../../operations/operation-context.js';
import {
  serviceRename,
  type ServiceRename,
  type ServiceRenameRequest,
} from '../../operations/service-rename.js';
import type { EngineHost } from '../engine-host.js';

/** The name under which history is kept: `flamingock.service`. */
export class ServiceOperations {
  constructor(private readonly host: EngineHost) {}

  /**
   * Gives a service another name. The application's own name does not matter. Its history goes on under that name, and is closed
   * under the present one. Waits for runs under either. What was cut off is finished by the same call.
   *
   * @throws RenameRefusedError with every reason, before anything is recorded; LostWritesError;
   * TargetSystemUnavailableError; InvalidRequestError; LockTimeoutError with who holds a lock.
   */
  rename(request: ServiceRenameRequest, context: OperationContext = {}): Promise<ServiceRename> {
    return this.host.perform(context, (engine, operation) => serviceRename(engine, request, operation));
  }
}
