import { jest } from '@jest/globals';
import { Change, Execution, FlamingockService, TargetSystem } from '@nestjs-flamingock/core';
import { InMemoryDatabase } from '@nestjs-flamingock/testing';
import { create, warnings } from './fixtures/application.js';

@Change({ id: 'add-sku', order: '0001', author: 'team-inventory' })
@TargetSystem('inventory-db')
class AddSku {
  @Execution()
  execute(): void {
    return;
  }
}

it('without @opentelemetry/api an application runs its changes, and says once what is missing', async () => {
  jest.unstable_mockModule('@opentelemetry/api', () => {
    throw new TypeError("Cannot find package '@opentelemetry/api'");
  });
  const app = await create(new InMemoryDatabase(), [AddSku]);
  const report = await app.get(FlamingockService).execute();
  await app.close();
  expect(report.status).toBe('applied');
  expect(warnings).toEqual([
    expect.stringMatching(/no traces and metrics.*npm install @opentelemetry\/api.*Cannot find package/),
  ]);
});
