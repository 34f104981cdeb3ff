/** Version of this package, which all of them share; a test compares it with package.json. */
export const VERSION = '0.1.0';
