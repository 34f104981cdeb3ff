/** What may stand in place of a value, in the eyes of one database. */
export type Alterations = (value: unknown) => readonly unknown[];

/** Other values of the same type. */
export const OTHER_VALUES: Alterations = (value) => {
  if (value === null) return ['', 'null'];
  if (typeof value !== 'string') return [Number(value) + 1, Number(value) + 2, -1 - Number(value)];
  if (/^\d{1,15}$/.test(value)) return OTHER_VALUES(Number(value));
  const otherCase = value === value.toLowerCase() ? value.toUpperCase() : value.toLowerCase();
  return [`${value}x`, `${value} `, ` ${value}`, ...(otherCase === value ? [] : [otherCase]), ''].filter(
    (one) => one !== value,
  );
};
