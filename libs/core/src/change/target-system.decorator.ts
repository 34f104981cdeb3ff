import { declaration, unlessBare } from './declaration.decorator.js';

/** Names the target system that the change alters, by the id it has in `forRoot`. */
export function TargetSystem(id: string): ClassDecorator {
  return unlessBare(id, declaration('@TargetSystem()', 'targetSystem', id));
}
