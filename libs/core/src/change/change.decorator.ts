import { METADATA, type ChangeOptions } from './change-metadata.js';
import type { ChangeClass } from './change-discovery.js';
import { declaration } from './declaration.decorator.js';
import { noteLoaded } from './unprovided-changes.js';

/**
 * Makes a provider a change: one versioned step, applied once.
 *
 * @example
 * ```ts
 * @Change({ id: 'add-category', order: '0003', author: 'team-inventory' })
 * @TargetSystem('inventory-db')
 * export class AddCategory { … }
 * ```
 */
export function Change(options: ChangeOptions): ClassDecorator {
  const declare = declaration('@Change()', METADATA.change, { ...options });
  return (type) => {
    declare(type);
    noteLoaded(type as unknown as ChangeClass);
  };
}
