/** Every server that a test can ask for; here: what specs need to know of it. */
export const servers: readonly { readonly name: string; readonly variable: string }[];
