import { Controller, Get } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import type { ProductView } from '../catalog/products.controller.js';
import { Product } from './product.schema.js';

/** `GET /products` */
@Controller('products')
export class MongodbProductsController {
  constructor(@InjectModel(Product.name) private readonly products: Model<Product>) {}

  @Get()
  async list(): Promise<ProductView[]> {
    const products = await this.products.find().sort({ sku: 1 });
    return products.map(({ sku, name, prices }) => ({ sku, name, prices: Object.fromEntries(prices) }));
  }
}
