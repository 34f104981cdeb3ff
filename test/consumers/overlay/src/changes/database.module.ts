import { FlamingockModule } from '@nestjs-flamingock/core';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AddGreetings } from './add-greetings.change.js';
import { CreateGreetings } from './create-greetings.change.js';
import { Greeting } from './greeting.entity.js';
import { GreetingTexts } from './greeting-texts.js';

@Global()
@Module({ providers: [GreetingTexts], exports: [GreetingTexts] })
class TextsModule {}

@Module({
  imports: [
    TextsModule,
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: process.env.APP_DB ?? ':memory:',
      entities: [Greeting],
    }),
    TypeOrmModule.forFeature([Greeting]),
    FlamingockModule.forRoot({
      auditStore: typeOrmAuditStore(),
      targetSystems: [typeOrmTargetSystem('app-db')],
    }),
    FlamingockModule.forFeature({ stage: 'greetings', changes: [CreateGreetings, AddGreetings] }),
  ],
  exports: [TypeOrmModule],
})
export class DatabaseModule {}
