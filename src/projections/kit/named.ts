/**
 * Entries of a state by a name that others chose: an actor, a task, a path. No name, not even `constructor`
 * or `__proto__`, reaches beyond the record.
 */
type Named<Value> = { [name: string]: Value };

export function entry<Value>(record: Named<Value>, name: string): Value | undefined {
  const key = keyOf(name);
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

export function enter<Value>(record: Named<Value>, name: string, value: Value): Value {
  record[keyOf(name)] = value;
  return record[keyOf(name)]!;
}

const keyOf = (name: string): string => (name === '__proto__' ? '(__proto__)' : name);
