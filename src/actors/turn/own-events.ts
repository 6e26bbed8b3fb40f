/**
 * The runtime's own vocabulary: every event type of a team's life, its work and its forks. The table of
 * `handlers` is total over those that change the team itself; the others reach machines like anyone's words.
 */
import type { EventDefinition, EventOf } from '../../events/event.ts';
import * as fork from '../../events/words/fork.ts';
import * as team from '../../events/words/team.ts';
import * as work from '../../events/words/work.ts';
import { isXstates } from '../machine/xstate-names.ts';

type Definitions<Room> = Extract<Room[keyof Room], EventDefinition>;
type OwnDefinition = Definitions<typeof team> | Definitions<typeof work> | Definitions<typeof fork>;

/** Own types that only tell: they join, leave, settle or warn in the ordinary way, and a machine may say them. */
const TOLD = [
  team.actorJoined,
  team.actorLeft,
  team.actorDone,
  team.actorObserved,
  work.workRefused,
  work.workDone,
  work.workFailed,
  work.limitNeared,
  work.budgetBreached,
] as const satisfies readonly OwnDefinition[];

type ToldType = (typeof TOLD)[number]['type'];

/** Types whose hearing changes the team itself, each with the data that it carries. */
export type OwnData = {
  [Definition in OwnDefinition as Exclude<
    Definition['type'],
    ToldType
  >]: EventOf<Definition>['data'];
};

const told: ReadonlySet<string> = new Set(TOLD.map(({ type }) => type));

const isDefinition = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'upcasts' in value;

const reserved: ReadonlySet<string> = new Set(
  [team, work, fork]
    .flatMap((room): unknown[] => Object.values(room))
    .filter(isDefinition)
    .map(({ type }) => type)
    .filter((type) => !told.has(type)),
);

/** In a team of one's own machines: the runtime's words and XState's own, which nobody else may use. */
export const isRuntimes = (type: string): boolean =>
  reserved.has(type) || told.has(type) || isXstates(type);

/** What only the runtime may say. */
export const isReserved = (type: string): boolean => reserved.has(type);
