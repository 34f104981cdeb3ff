import { Column, Entity, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import { Price } from './price.entity.js';

/** Something on stock. */
@Entity('products')
export class Product {
  /** Stock-keeping unit: the number on the shelf. */
  @PrimaryColumn()
  sku!: string;

  @Column()
  name!: string;

  @OneToMany(() => Price, (price) => price.product)
  prices!: Relation<Price[]>;
}
