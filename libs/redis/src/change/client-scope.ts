import { MethodScope, overrideMethod } from '@nestjs-flamingock/core/adapter';
import type { RedisClient, SendCommand } from '../connection/redis-client.js';
import { rejectErrorReplies } from './whole-replies.js';

/** What becomes of commands that are given inside a change. */
interface ScopedCommands {
  readonly changeId: string;
  readonly send: SendCommand;
}

/**
 * Lets the application's own services, which use the client inside a change, meet the same rules as
 * the change itself: while it is installed, commands that the client is given there go through the
 * change's session, and all others their usual way.
 */
export class ClientScope {
  private readonly scope: MethodScope<ScopedCommands>;

  private constructor(private readonly client: RedisClient) {
    this.scope = new MethodScope((current) => {
      const restores = [rejectErrorReplies(client, current)];
      // Such a client sends commands of many callers together, so they cannot be told apart.
      if (!client.options.enableAutoPipelining) restores.push(scopedCommands(client, current));
      return () => restores.forEach((restore) => restore());
    });
  }

  /** The one scope of a client. */
  static of(client: RedisClient): ClientScope {
    const scope = scopes.get(client) ?? new ClientScope(client);
    scopes.set(client, scope);
    return scope;
  }

  /** How the client sends a command outside any change. */
  readonly send: SendCommand = (command, stream, node) =>
    this.scope.exit(() => (this.client as { sendCommand: SendCommand }).sendCommand(command, stream, node));

  /** Puts the hooks on the client, if no other user has done so. */
  install(user: object): void {
    this.scope.install(user);
  }

  /** Takes the hooks off once its last user is gone, and nothing of a change can come any more. */
  uninstall(user: object): void {
    this.scope.uninstall(user);
  }

  /** Calls `work`, and sends the commands that it passes to the client by `commands`. */
  run<T>(commands: ScopedCommands, work: () => Promise<T>): Promise<T> {
    return this.scope.run(commands, work);
  }
}

function scopedCommands(client: RedisClient, current: () => ScopedCommands | undefined): () => void {
  return overrideMethod<'sendCommand', SendCommand>(
    client as { sendCommand: SendCommand },
    'sendCommand',
    (original) => (command, stream, node) => (current()?.send ?? original)(command, stream, node),
  );
}

// Target systems over the same client are built apart and share its hook; the entry lives and dies with it.
const scopes = new WeakMap<RedisClient, ClientScope>();
