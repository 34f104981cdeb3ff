import { FlamingockModule } from '@nestjs-flamingock/core';
import { flamingockConfig } from '@nestjs-flamingock/core/config';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AddGreetings } from './add-greetings.change.js';
import { CreateGreetings } from './create-greetings.change.js';
import { Greeting } from './greeting.entity.js';
import { GreetingTexts } from './greeting-texts.js';

@Module({ providers: [GreetingTexts], exports: [GreetingTexts] })
class TextsModule {}

@Module({
  imports: [
    ConfigModule.forRoot({ load: [flamingockConfig] }),
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
    FlamingockModule.forFeature({
      stage: 'greetings',
      changes: [CreateGreetings, AddGreetings],
      imports: [TextsModule],
    }),
  ],
  exports: [TypeOrmModule],
})
export class DatabaseModule {}
