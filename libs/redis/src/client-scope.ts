import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChangeSession } from './change-session.js';
import type { RedisClient, SendCommand } from './redis-client.js';

/**
 * Lets the application's own services, which use the client inside a change, meet the same rules as
 * the change itself: while it is installed, commands that the client is given there go through the
 * change's session, and all others their usual way.
 */
export class ClientScope {
  private readonly sessions = new AsyncLocalStorage<ChangeSession>();
  private readonly users = new Set<object>();
  private remove: (() => void) | undefined;
  private original: SendCommand;

  private constructor(private readonly client: RedisClient) {
    this.original = client.sendCommand.bind(client) as SendCommand;
  }

  /** The one scope of a client. */
  static of(client: RedisClient): ClientScope {
    const scope = scopes.get(client) ?? new ClientScope(client);
    scopes.set(client, scope);
    return scope;
  }

  /** How the client sends a command outside any change. */
  readonly send: SendCommand = (command, stream, node) => this.original(command, stream, node);

  /** Puts the hook on the client, if no other user has done so. */
  install(user: object): void {
    this.users.add(user);
    // Commands of many callers leave such a client together, in nobody's name.
    if (!this.client.options.enableAutoPipelining) this.remove ??= this.hook();
  }

  /** Takes the hook off once its last user is gone. */
  uninstall(user: object): void {
    this.users.delete(user);
    if (this.users.size > 0) return;
    this.remove?.();
    this.remove = undefined;
  }

  /** Calls `work` in the name of the session. */
  run<T>(session: ChangeSession, work: () => Promise<T>): Promise<T> {
    return this.sessions.run(session, work);
  }

  private hook(): () => void {
    const { client, sessions } = this;
    const before = Object.getOwnPropertyDescriptor(client, 'sendCommand');
    const original = client.sendCommand.bind(client) as SendCommand;
    this.original = original;
    const hooked: SendCommand = (command, stream, node) =>
      (sessions.getStore()?.send ?? original)(command, stream, node);
    Object.assign(client, { sendCommand: hooked });
    return () => {
      // Somebody hooked on after us and still calls us: outside a change we pass everything on.
      if (client.sendCommand !== hooked) return;
      if (before) Object.defineProperty(client, 'sendCommand', before);
      else Reflect.deleteProperty(client, 'sendCommand');
    };
  }
}

// Target systems over the same client are built apart and share its hook; the entry lives and dies with it.
const scopes = new WeakMap<RedisClient, ClientScope>();
