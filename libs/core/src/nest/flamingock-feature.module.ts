import { Module } from '@nestjs/common';
import { featureCheck } from './registration.js';

/** Holds the changes of one `forFeature` call. */
@Module({ providers: [featureCheck] })
export class FlamingockFeatureModule {}
