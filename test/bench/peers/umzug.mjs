import { Sequelize } from 'sequelize';
import { SequelizeStorage, Umzug } from 'umzug';

/** umzug with Sequelize, its usual storage: the transaction of a migration is its author's, the record comes after it. */
export async function open({ database, inserts }) {
  const sequelize = new Sequelize(database.url, { logging: false });
  const umzug = new Umzug({
    migrations: inserts.map(({ id, statement }) => ({
      name: id,
      up: () => sequelize.transaction((transaction) => sequelize.query(statement, { transaction })),
    })),
    storage: new SequelizeStorage({ sequelize }),
    logger: undefined,
  });
  await sequelize.authenticate();
  return {
    apply: async () => (await umzug.up()).length,
    close: () => sequelize.close(),
  };
}
