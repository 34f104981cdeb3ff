import { FlamingockService, type PlanItem } from '@nestjs-flamingock/core';
import { Controller, Get } from '@nestjs/common';

/** A change as the API shows it. */
export type ChangeView = Pick<PlanItem, 'changeId' | 'stage' | 'targetSystem' | 'state'>;

/** `GET /changes` */
@Controller('changes')
export class ChangesController {
  constructor(private readonly flamingock: FlamingockService) {}

  @Get()
  async list(): Promise<ChangeView[]> {
    const { changes } = await this.flamingock.plan();
    return changes.map(({ changeId, stage, targetSystem, state }) => ({
      changeId,
      stage,
      targetSystem,
      ...(state && { state }),
    }));
  }
}
