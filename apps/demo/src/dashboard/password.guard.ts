import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { demoConfig, type DemoConfig } from '../demo.config.js';

/** Lets in whoever knows the password that the start prints, under any name. */
@Injectable()
export class PasswordGuard implements CanActivate {
  constructor(@Inject(demoConfig.KEY) private readonly config: DemoConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (isSame(credentialsOf(http.getRequest<IncomingMessage>()).password, this.config.dashboardPassword))
      return true;
    http.getResponse<ServerResponse>().setHeader('WWW-Authenticate', 'Basic realm="Flamingock"');
    throw new UnauthorizedException();
  }
}

/** What the browser sends once somebody has typed it. */
export function credentialsOf({ headers }: IncomingMessage): { name: string; password: string } {
  const [, encoded = ''] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  return { name, password: password.join(':') };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
