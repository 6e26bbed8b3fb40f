/** Where folded states are kept between processes, if the store has such a place. */
import type { EventStore, ReadModelTable } from '../../events/store.ts';

export const keepingPlace = (store: EventStore): ReadModelTable | undefined => store.readModels;
