import type { ChangeOptions } from './change-metadata.js';
import type { ChangeClass } from './change-discovery.js';
import { declaration, unlessBare } from './declaration.decorator.js';
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
  const given: unknown = options;
  const declare = declaration('@Change()', 'options', typeof given === 'object' ? { ...given } : given);
  return unlessBare(given, (type) => {
    declare(type);
    noteLoaded(type as unknown as ChangeClass);
  });
}
