import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Currency } from './currency.entity.js';
import { PriceIndex } from './price-index.js';
import type { PriceList } from './price-list.js';

/** A currency as the API shows it: with what is priced in it. */
export type CurrencyView = Currency & Pick<PriceList, 'prices'>;

/** `GET /currencies/:code` */
@Controller('currencies')
export class CurrenciesController {
  constructor(
    @InjectRepository(Currency) private readonly currencies: Repository<Currency>,
    private readonly index: PriceIndex,
  ) {}

  @Get(':code')
  async find(@Param('code') anyCase: string): Promise<CurrencyView> {
    const code = anyCase.toUpperCase();
    const currency = await this.currencies.findOneBy({ code });
    if (!currency) throw new NotFoundException(`ISO 4217 has no currency ${code}`);
    return Object.assign(currency, { prices: await this.index.pricesIn(code) });
  }
}
