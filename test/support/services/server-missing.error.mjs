/** No such server can be had on this machine; the message says why and what to do. Not a fault of the server. */
export class ServerMissingError extends Error {
  constructor(server, reason, remedy = `install ${server.package}, start Docker, or set ${server.variable}`) {
    super(`${server.title} is missing: ${reason}; ${remedy}`);
    this.name = 'ServerMissingError';
  }
}
