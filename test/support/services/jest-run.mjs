/** What setup tells teardown: the keeper's folder, and whether the keeper was there before and stays. */
export const run = { folder: undefined, kept: false };
