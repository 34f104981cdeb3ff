import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Currency } from './currency.entity.js';
import { Product } from './product.entity.js';

/** What a product costs in one currency. */
@Entity('prices')
export class Price {
  @PrimaryColumn()
  sku!: string;

  @PrimaryColumn()
  currencyCode!: string;

  @Column('real')
  amount!: number;

  @ManyToOne(() => Product, (product) => product.prices)
  @JoinColumn({ name: 'sku' })
  product!: Relation<Product>;

  @ManyToOne(() => Currency)
  @JoinColumn({ name: 'currencyCode' })
  currency!: Relation<Currency>;
}
