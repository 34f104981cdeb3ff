/** Folder of the keeper that `npm run services -- up` left running, if it still answers. */
export declare function keptFolder(): Promise<string | undefined>;
