import { METADATA, type ChangeOptions } from './change-metadata.js';
import { declaration } from './declaration.decorator.js';

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
  return declaration('@Change()', METADATA.change, { ...options });
}
