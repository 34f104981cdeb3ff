/** Version of this package; the packages check compares it with package.json. */
export const VERSION = '0.1.0';
