/** What stands in the fields of a value that came from a log or from others: nothing is taken on trust. */
import type { Json } from './event.ts';

/** The fields of an object; none for any other value. */
export const fieldsOf = (value: Json | undefined): { [name: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** A text, if it is one. */
export const textIn = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** A number, if it is one. */
export const numberIn = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

/** The texts of a list. */
export const textsIn = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** The numbers of a list. */
export const numbersIn = (value: Json | undefined): number[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'number') : [];
