/** Token of the name of the topic that shops read prices from. */
export const PRICE_TOPIC = 'streams:price-topic';
