import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { DatabaseModule } from './database.module.js';
import { Greeting } from './greeting.entity.js';

describe('changes', () => {
  it('are applied when a testing module boots', async () => {
    const moduleRef = await Test.createTestingModule({ imports: [DatabaseModule] }).compile();
    const app = await moduleRef.createNestApplication({ logger: ['error', 'warn'] }).init();
    const greetings = await app.get(DataSource).getRepository(Greeting).find();
    await app.close();
    expect(greetings.map(({ text }) => text)).toEqual(['Hello', 'Hallo', 'Hej']);
  });
});
