import { FlamingockModule } from '@nestjs-flamingock/core';
import { flamingockConfig } from '@nestjs-flamingock/core/config';
import { fileSystemTargetSystem } from '@nestjs-flamingock/files';
import { httpTargetSystem } from '@nestjs-flamingock/http';
import { openSearchTargetSystem } from '@nestjs-flamingock/opensearch';
import { s3TargetSystem } from '@nestjs-flamingock/s3';
import { typeOrmAuditStore, typeOrmTargetSystem } from '@nestjs-flamingock/typeorm';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { S3Client } from '@aws-sdk/client-s3';
import { Client } from '@opensearch-project/opensearch';
import { tmpdir } from 'node:os';
import { AddGreetings } from './add-greetings.change.js';
import { CreateGreetings } from './create-greetings.change.js';
import { Greeting } from './greeting.entity.js';
import { GreetingTexts } from './greeting-texts.js';

/** Nothing listens there, and nothing is sent: what is built on it is loaded and checked. */
const NOBODY = 'http://127.0.0.1:9/';

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
      targetSystems: [
        typeOrmTargetSystem('app-db'),
        httpTargetSystem('greeting-api', { baseUrl: NOBODY }),
        fileSystemTargetSystem('greeting-files', { root: tmpdir() }),
        s3TargetSystem('greeting-objects', {
          client: new S3Client({ endpoint: NOBODY, region: 'us-east-1' }),
          bucket: 'greetings',
        }),
        openSearchTargetSystem('greeting-search', { client: new Client({ node: NOBODY }) }),
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
