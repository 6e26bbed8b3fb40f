/** A program that opens a store, uses all of it and closes it: it must then end by itself. */

import type { StreamName } from '../../src/events/ids.ts';
import { openEventStoreDb } from '../../src/events/stores/eventstoredb/eventstoredb-store.ts';

const store = await openEventStoreDb(process.argv[2]!);
const stream = 'team-shortlived' as StreamName;
const heard = new Promise<void>((resolve) => {
  store.subscribe({ stream, onEvents: () => resolve() });
});
const event = { id: crypto.randomUUID(), type: 'a.b', version: 1, data: '{}', meta: '{}' };
await store.append(stream, [event], 'any');
await heard;
await store.close();
console.log('closed');
