import { FlamingockTest } from '@nestjs-flamingock/testing';
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

  it('run on top of a given history', async () => {
    const flamingock = await FlamingockTest.create({ imports: [DatabaseModule] });
    const report = await flamingock.run();
    const states = await flamingock.states();
    await flamingock.close();
    expect(report.status).toBe('applied');
    expect(states).toEqual({
      'create-greetings': ['STARTED', 'EXECUTED'],
      'add-greetings': ['STARTED', 'EXECUTED'],
    });
  });

  it('do not run where history says that they did', async () => {
    const flamingock = await FlamingockTest.create({ imports: [DatabaseModule] });
    await flamingock.given({ 'create-greetings': 'EXECUTED', 'add-greetings': 'EXECUTED' });
    await flamingock.run();
    const states = await flamingock.states();
    await flamingock.close();
    expect(states).toEqual({ 'create-greetings': ['EXECUTED'], 'add-greetings': ['EXECUTED'] });
  });
});
