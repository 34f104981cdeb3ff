import { Injectable } from '@nestjs/common';

@Injectable()
export class GreetingTexts {
  all(): string[] {
    return ['Hello', 'Hallo', 'Hej'];
  }
}
