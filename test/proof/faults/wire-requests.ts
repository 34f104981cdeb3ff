/** What the library asks of a server, in the order in which a start does. */
export const REQUESTS = {
  shared: ['read head', 'acquire', 'claim', 'commit', 'append', 'renew', 'settle', 'release'],
  audit: ['read head', 'acquire', 'claim', 'append', 'renew', 'settle', 'release'],
  target: ['fence', 'marker', 'commit'],
} as const;

/** What it asks of an SQL server for changes that share a commit, where history and changes are in one. */
export const GROUP_REQUESTS = ['group commit'] as const;

/** Which of an application's databases is reached through a wire that breaks; `shared`: it has only one. */
export type Place = keyof typeof REQUESTS;
export type Request = (typeof REQUESTS)[Place][number] | (typeof GROUP_REQUESTS)[number];

/** What a request contains, by which it is known on the wire. */
export type Requests = Readonly<Record<Request, RegExp>>;

const sql: Omit<Requests, 'append'> = {
  'read head': /FROM \S*flamingock_audit_heads. WHERE/,
  acquire: /INSERT INTO \S*flamingock_locks/,
  claim: /INSERT INTO \S*flamingock_audit_heads/,
  commit: /COMMIT/,
  'group commit': /COMMIT/,
  renew: /flamingock_locks. SET expires_at = (?:pg_catalog|LAST_INSERT_ID)/,
  settle: /SET settled_seq/,
  release: /flamingock_locks. SET expires_at = (?:\$1|0)/,
  fence: /INSERT INTO \S*flamingock_fences/,
  marker: /INSERT INTO \S*flamingock_markers/,
};

export const postgresRequests: Requests = { ...sql, append: /INSERT INTO \S*flamingock_audit_entries/ };

/** Several statements make up an append; the last one decides. */
export const mariadbRequests: Requests = { ...sql, append: /COMMIT/ };

export const mongodbRequests: Omit<Requests, 'group commit'> = {
  'read head': /find\0[^]{4}flamingock_audit_heads/,
  acquire: /findAndModify\0[^]{4}flamingock_locks/,
  claim: /findAndModify\0[^]{4}flamingock_audit_heads[^]*\$setOnInsert/,
  commit: /commitTransaction/,
  append: /findAndModify\0[^]{4}flamingock_audit_heads[^]*\$push/,
  renew: /update\0[^]{4}flamingock_locks[^]*\$add/,
  settle: /update\0[^]{4}flamingock_audit_heads[^]*settled/,
  release: /update\0[^]{4}flamingock_locks(?![^]*\$add)/,
  fence: /findAndModify\0[^]{4}flamingock_fences/,
  marker: /update\0[^]{4}flamingock_markers/,
};
