/** Starts a process that starts servers as they are asked for; gives its folder. */
export declare function startKeeper(options: { readonly stay: boolean }): Promise<string>;
