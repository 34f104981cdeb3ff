import { FlamingockModule } from '@nestjs-flamingock/core';
import { flamingockConfig } from '@nestjs-flamingock/core/config';
import { httpTargetSystem } from '@nestjs-flamingock/http';
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
      // Nothing listens there, and nothing is sent: it is loaded and built.
      targetSystems: [
        typeOrmTargetSystem('app-db'),
        httpTargetSystem('greeting-api', { baseUrl: 'http://127.0.0.1:9/' }),
      ],
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
