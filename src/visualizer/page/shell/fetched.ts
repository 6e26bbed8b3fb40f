/** What is fetched for a place that one looks at: not for every place that one only passes by. */
import { useEffect, useRef, useState } from 'preact/hooks';

/** A place is looked at when one has stayed for as long. */
const SETTLED_MS = 120;

/**
 * The value when one looks at it: at once after a pause, as for a single step; while values follow each other quickly,
 * as when dragging, only once one has stayed.
 */
export function useSettled<Value>(value: Value): Value | undefined {
  const [settled, settle] = useState<{ value: Value }>({ value });
  const last = useRef({ value, at: Number.NEGATIVE_INFINITY, isFirst: true });
  if (last.current.value !== value) {
    const now = performance.now();
    last.current = { value, at: now, isFirst: now - last.current.at > SETTLED_MS * 2 };
  }
  const { isFirst } = last.current;
  useEffect(() => {
    if (isFirst) return;
    const timer = setTimeout(() => settle({ value }), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [value, isFirst]);
  return isFirst || settled.value === value ? value : undefined;
}

export type Fetched<Value> =
  | { state: 'coming' }
  | { state: 'there'; value: Value }
  | { state: 'failed'; message: string };

/** What `fetch` gives for a key, anew for another key; nothing is fetched for `undefined`. */
export function useFetched<Value>(
  key: string | undefined,
  fetch: () => Promise<Value>,
): Fetched<Value> {
  const [got, get] = useState<{ key: string; fetched: Fetched<Value> } | undefined>(undefined);
  // The key names what is fetched.
  useEffect(() => {
    if (key === undefined) return;
    let isWanted = true;
    const set = (fetched: Fetched<Value>) => isWanted && get({ key, fetched });
    fetch().then(
      (value) => set({ state: 'there', value }),
      (error: Error) => set({ state: 'failed', message: error.message }),
    );
    return () => {
      isWanted = false;
    };
  }, [key]);
  return got && got.key === key ? got.fetched : { state: 'coming' };
}
