/** A number as it is read, with its thousands apart. One format for all: to make one costs more than to write with it. */
const COUNT = new Intl.NumberFormat();

export const countText = (count: number): string => COUNT.format(count);
