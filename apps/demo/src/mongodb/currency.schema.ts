import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** A currency of ISO 4217. */
@Schema({ collection: 'currencies', autoCreate: false, autoIndex: false, versionKey: false })
export class Currency {
  /** Three letters, such as `EUR`. */
  @Prop({ type: String, required: true })
  _id!: string;

  /** Three digits, such as `978`. */
  @Prop({ type: String, required: true })
  number!: string;

  @Prop({ type: String, required: true })
  name!: string;

  /** Digits of the minor unit: 2 for euro and cent, 0 for the yen. */
  @Prop({ type: Number, required: true })
  digits!: number;
}

export const CurrencySchema = SchemaFactory.createForClass(Currency);
