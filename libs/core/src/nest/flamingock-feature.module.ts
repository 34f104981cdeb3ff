import { Module } from '@nestjs/common';

/** Holds the changes of one `forFeature` call. */
@Module({})
export class FlamingockFeatureModule {}
