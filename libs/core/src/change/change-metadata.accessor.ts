import {
  PROPERTY_DEPS_METADATA,
  PARAMTYPES_METADATA,
  SELF_DECLARED_DEPS_METADATA,
} from '@nestjs/common/constants.js';
import { RecoveryStrategy } from '../audit/recovery-strategy.js';
import { METADATA, type ChangeMetadata, type Declarations } from './change-metadata.js';

/** True for a class that itself carries `@Change`; a subclass of one does not. */
export function isChangeClass(type: object): boolean {
  const own = Reflect.getOwnMetadata(METADATA.declarations, type) as Declarations | undefined;
  return own !== undefined && Object.hasOwn(own, 'options');
}

/** Reads all that the decorators wrote on a class. */
export function readChangeMetadata(type: object): ChangeMetadata {
  const declared = Reflect.getMetadata(METADATA.declarations, type) as Declarations | undefined;
  const methods = declared?.methods ?? [];
  return {
    options: declared?.options ?? {},
    targetSystem: declared?.targetSystem,
    recovery: declared?.recovery ?? RecoveryStrategy.MANUAL_INTERVENTION,
    methods,
    executions: methods.filter(({ kind }) => kind === 'execution'),
    rollbacks: methods.filter(({ kind }) => kind === 'rollback'),
    verifications: methods.filter(({ kind }) => kind === 'verification'),
    repeated: declared?.repeated ?? [],
  };
}

/** True where Nest gives the class nothing: its constructor takes no parameters, and no property is injected. */
export function isGivenNothing(type: abstract new (...args: never[]) => object): boolean {
  const keys = [PARAMTYPES_METADATA, SELF_DECLARED_DEPS_METADATA, PROPERTY_DEPS_METADATA];
  const given = keys.flatMap((key) => (Reflect.getMetadata(key, type) ?? []) as unknown[]);
  return type.length === 0 && given.length === 0;
}
