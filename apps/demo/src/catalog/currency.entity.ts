import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A currency of ISO 4217. */
@Entity('currencies')
export class Currency {
  /** Three letters, such as `EUR`. */
  @PrimaryColumn()
  code!: string;

  /** Three digits, such as `978`. */
  @Column()
  number!: string;

  @Column()
  name!: string;

  /** Digits of the minor unit: 2 for euro and cent, 0 for the yen. */
  @Column()
  digits!: number;

  @Column('simple-json')
  countries!: string[];
}
