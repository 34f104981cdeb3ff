import { Controller, Get } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Product } from './product.entity.js';

/** A product as the API shows it: amounts by currency code. */
export interface ProductView {
  readonly sku: string;
  readonly name: string;
  readonly prices: Readonly<Record<string, number>>;
}

/** `GET /products` */
@Controller('products')
export class ProductsController {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  @Get()
  async list(): Promise<ProductView[]> {
    const products = await this.products.find({ relations: { prices: true }, order: { sku: 'ASC' } });
    return products.map(({ sku, name, prices }) => ({
      sku,
      name,
      prices: Object.fromEntries(prices.map(({ currencyCode, amount }) => [currencyCode, amount])),
    }));
  }
}
