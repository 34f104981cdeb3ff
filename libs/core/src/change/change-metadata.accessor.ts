import { RecoveryStrategy } from '../recovery/recovery-strategy.js';
import { METADATA, type ChangeMetadata, type ChangeOptions, type MethodMetadata } from './change-metadata.js';

/** True for a class that itself carries `@Change`; a subclass of one does not. */
export function isChangeClass(type: object): boolean {
  return Reflect.hasOwnMetadata(METADATA.change, type);
}

/** Reads all that the decorators wrote on a class. */
export function readChangeMetadata(type: object): ChangeMetadata {
  const methods = read<MethodMetadata[]>(METADATA.methods, type) ?? [];
  return {
    options: read<ChangeOptions>(METADATA.change, type) ?? {},
    targetSystem: read<string>(METADATA.targetSystem, type),
    recovery: read<RecoveryStrategy>(METADATA.recovery, type) ?? RecoveryStrategy.MANUAL_INTERVENTION,
    executions: methods.filter(({ kind }) => kind === 'execution'),
    rollbacks: methods.filter(({ kind }) => kind === 'rollback'),
  };
}

function read<T>(key: string, type: object): T | undefined {
  return Reflect.getMetadata(key, type) as T | undefined;
}
