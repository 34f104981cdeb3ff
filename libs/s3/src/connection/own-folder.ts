/** The folder of what this library keeps, below the prefix. */
export const OWN_FOLDER = '.flamingock/';
