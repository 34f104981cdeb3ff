import { askServer } from '../../../support/services/ask-keeper.mjs';
import { keptFolder } from '../../../support/services/kept-services.mjs';
import { startKeeper } from '../../../support/services/start-keeper.mjs';

/** Servers that end with this process, or those that `npm run services -- up` keeps. */
export class Servers {
  private folder: Promise<string> | undefined;

  /** @throws with what to install, where there is no such server */
  async url(name: 'postgres' | 'mariadb' | 'mongodb' | 'seaweedfs' | 'opensearch'): Promise<string> {
    this.folder ??= keptFolder().then((kept) => kept ?? startKeeper({ stay: false }));
    const answer = await askServer(await this.folder, name);
    if (answer.state === 'running') return answer.url;
    throw new Error(answer.message);
  }
}
