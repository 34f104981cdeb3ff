import { findBinaries } from '../binaries.mjs';
import { FOLDERS, postgres, servePostgres } from './postgres.mjs';

/** A hot standby that follows the PostgreSQL of `urls`, and takes the same user. */
export const postgresStandby = {
  ...postgres,
  name: 'postgresstandby',
  title: 'PostgreSQL (standby)',
  needs: ['postgres'],

  find() {
    return findBinaries(postgres, ['pg_basebackup', 'postgres'], FOLDERS);
  },

  async start(context) {
    const { folder, programs, urls } = context;
    const options = ['--write-recovery-conf', '--wal-method=stream', '--checkpoint=fast', '--no-sync'];
    await folder.run(programs.pg_basebackup, [
      `--dbname=${urls.postgres}`,
      `--pgdata=${folder.file('data')}`,
      ...options,
    ]);
    return servePostgres(context, new URL(urls.postgres).password);
  },
};
