import { METADATA } from './change-metadata.js';

/** Names the target system that the change alters, by the id it has in `forRoot`. */
export function TargetSystem(id: string): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(METADATA.targetSystem, id, target);
  };
}
