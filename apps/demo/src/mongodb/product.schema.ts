import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';

/** Something on stock, with what it costs. */
@Schema({ collection: 'products', autoCreate: false, autoIndex: false, versionKey: false })
export class Product {
  /** Stock-keeping unit: the number on the shelf. */
  @Prop({ type: String, required: true })
  sku!: string;

  @Prop({ type: String, required: true })
  name!: string;

  /** Amounts by currency code. */
  @Prop({ type: Map, of: Number, required: true })
  prices!: Map<string, number>;
}

export const ProductSchema = SchemaFactory.createForClass(Product);
