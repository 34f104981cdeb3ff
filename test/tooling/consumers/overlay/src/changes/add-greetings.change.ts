import { Change, Execution, TargetSystem } from '@nestjs-flamingock/core';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Greeting } from './greeting.entity.js';
import { GreetingTexts } from './greeting-texts.js';

@Change({ id: 'add-greetings', order: '0002', author: 'consumers' })
@TargetSystem('app-db')
export class AddGreetings {
  constructor(private readonly texts: GreetingTexts) {}

  @Execution()
  async execute(@InjectRepository(Greeting) greetings: Repository<Greeting>): Promise<void> {
    await greetings.save(this.texts.all().map((text) => ({ text })));
  }
}
