/**
 * From a pattern as data to its statechart: real states, with guards and actions under the names of the functions
 * that the pattern was written with, so that charts and tests of coverage speak the pattern's words.
 *
 * Invariants
 * 1. One name, one function, one use: two that are called alike in one pattern are refused, and so is one without a
 *    name, or that would mean two things.
 * 2. A branch of `next` is taken only when nobody owes a turn; a move is taken only from whoever holds the turn.
 */
import { type AnyStateMachine, type MachineContext, setup } from 'xstate';
import type { JsonObject } from '../../../events/event.ts';
import { step, type Taken } from '../../step.ts';
import { isSettled, revoked, settle } from './grants.ts';
import type { PatternSays } from './pattern.ts';
import type {
  Handler,
  LimitsSchema,
  NamedGuard,
  PatternSpec,
  PatternState,
  PatternStep,
} from './pattern-spec.ts';
import type { TurnEvent, TurnTaking } from './turn-taking.ts';
import * as turns from './turn-taking.ts';

type Spec<Context extends TurnTaking> = Pick<
  PatternSpec<Context, LimitsSchema, string, never>,
  'name' | 'called' | 'limits' | 'board' | 'turn' | 'again' | 'lose' | 'states' | 'concludes'
>;
type Asked = { context: MachineContext; event: TurnEvent };
type Guard = (asked: Asked) => boolean;
type Action = ReturnType<typeof actionOf>;

const actionOf = (
  take: (context: MachineContext, event: TurnEvent) => Taken<MachineContext, PatternSays>,
) => step<MachineContext, PatternSays, TurnEvent>(take);

/** Where a function stands in the pattern as data: what it means in the chart follows from that. */
type Use = 'the kit' | 'hears' | 'begins' | 'meanwhile' | 'next';

/** What is called by a name in one chart. */
class Named<Made> {
  readonly all: Record<string, Made> = {};
  private readonly known = new Map<string, { code: unknown; use: Use }>();
  constructor(private readonly pattern: string) {}

  put(use: Use, name: string, code: unknown, made: Made): string {
    if (name === '')
      throw new TypeError(`pattern "${this.pattern}": a function without a name; charts need one`);
    const known = this.known.get(name);
    if (known && known.code !== code)
      throw new TypeError(
        `pattern "${this.pattern}": two different functions are called "${name}"`,
      );
    if (known && known.use !== use)
      throw new TypeError(
        `pattern "${this.pattern}": "${name}" stands under ${known.use} and under ${use}, where it means another thing; give each its own function`,
      );
    this.known.set(name, { code, use });
    this.all[name] ??= made;
    return name;
  }
}

export function patternChart<Context extends TurnTaking>(
  spec: Spec<Context>,
  begin: (input: JsonObject | undefined) => Context,
): AnyStateMachine {
  const chart = new Chart(spec);
  const states = Object.fromEntries(
    Object.entries(spec.states).map(([name, state]) => [name, chart.stateOf(state)]),
  );
  return setup({
    types: { events: {} as TurnEvent, input: {} as JsonObject | undefined },
    guards: chart.guards.all,
    actions: chart.actions.all,
  }).createMachine({
    id: spec.name,
    // A snapshot that other code has folded is not taken for one of this code.
    meta: { code: codeOf(spec) },
    context: ({ input }) => ({ ...begin(input) }),
    entry: 'openBoard',
    initial: Object.keys(spec.states)[0] ?? 'concluded',
    on: {
      ...turns.whateverBecomesOfSeats,
      ...(countsRounds(spec) && { 'limits.changed': { actions: 'changeRounds' } }),
    },
    states: { ...states, concluded: { type: 'final', entry: 'conclude' } },
  });
}

type ByType<Made> = Map<unknown, Map<string, Made>>;

function ofCode<Made>(all: ByType<Made>, code: unknown): Map<string, Made> {
  const known = all.get(code) ?? new Map<string, Made>();
  all.set(code, known);
  return known;
}

/** The guards and actions of one pattern, and its states by their names. */
class Chart<Context extends TurnTaking> {
  readonly guards: Named<Guard>;
  readonly actions: Named<Action>;
  /** One function may take, or be asked about, several words: by its code, then by the type of the word. */
  private readonly steps: ByType<Handler<Context>> = new Map();
  private readonly conditions: ByType<Handler<Context>> = new Map();

  constructor(private readonly spec: Spec<Context>) {
    this.guards = new Named(spec.name);
    this.actions = new Named(spec.name);
    for (const [name, made] of Object.entries(commonSteps(spec, own<Context>)))
      this.actions.put('the kit', name, made, made);
    const { allAreIn, ...always } = turns.turnGuards;
    const waits = Object.values(spec.states).some(({ next }) =>
      Object.values(next).includes('else'),
    );
    for (const [name, holds] of Object.entries({ ...always, ...(waits && { allAreIn }) }))
      this.guards.put('the kit', name, holds, ({ context, event }) =>
        holds({ context: own<Context>(context), event }),
      );
  }

  stateOf(state: PatternState<Context>) {
    return {
      ...(state.begins && { entry: this.begun(state.begins) }),
      always: [
        ...Object.entries(state.meanwhile ?? {}).map(([target, holds]) => ({
          guard: this.asked(holds),
          target,
        })),
        ...Object.entries(state.next).map(([target, holds]) => ({
          guard: holds === 'else' ? 'allAreIn' : this.free(holds),
          target,
        })),
      ],
      on: this.heardBy(state),
    };
  }

  private heardBy({ hears = [] }: PatternState<Context>) {
    const heard: Record<string, { guard?: string; actions: string; target?: string }[]> = {};
    for (const handler of hears) {
      const { type, isMove, onlyIf, to } = handler;
      const guard = onlyIf ? this.held(handler, onlyIf) : isMove ? 'holdsTurn' : undefined;
      const transition = {
        ...(guard !== undefined && { guard }),
        actions: this.taken(handler),
        ...(to !== undefined && { target: to }),
      };
      heard[type] = [...(heard[type] ?? []), transition];
    }
    return heard;
  }

  private taken(handler: Handler<Context>): string {
    const { name, code } = handler.take;
    const steps = ofCode(this.steps, code).set(handler.type, handler);
    const take = (context: Context, event: TurnEvent) => {
      const { isMove, take } = steps.get(event.type) ?? handler;
      const taken = asked(this.spec, context, take.run(context, event));
      return isMove ? over(context, event, taken) : taken;
    };
    return this.actions.put(
      'hears',
      name,
      code,
      actionOf((context, event) => take(own(context), event)),
    );
  }

  private begun(begins: (context: Context) => PatternStep<Context>): string {
    const begin = (context: Context) => asked(this.spec, context, begins(context));
    return this.actions.put(
      'begins',
      begins.name,
      begins,
      actionOf((context) => begin(own(context))),
    );
  }

  private held(handler: Handler<Context>, { name, code }: NamedGuard<Context>): string {
    const conditions = ofCode(this.conditions, code).set(handler.type, handler);
    return this.guards.put('hears', name, code, ({ context, event }) => {
      const mine = own<Context>(context);
      const { isMove, onlyIf } = conditions.get(event.type) ?? handler;
      const counts = !isMove || turns.holdsTurn({ context: mine, event });
      return counts && onlyIf?.holds(mine, event) === true;
    });
  }

  private asked(holds: (context: Context) => boolean): string {
    return this.guards.put('meanwhile', holds.name, holds, ({ context }) =>
      holds(own<Context>(context)),
    );
  }

  private free(holds: (context: Context) => boolean): string {
    return this.guards.put('next', holds.name, holds, ({ context }) => {
      const mine = own<Context>(context);
      return isSettled(mine.grants) && holds(mine);
    });
  }
}

/** A machine's context is what its pattern began with, and what steps of that pattern have changed. */
const own = <Context extends TurnTaking>(context: MachineContext) => context as Context;

/** A step with the turns that it asks for. */
function asked<Context extends TurnTaking>(
  { turn }: Spec<Context>,
  context: Context,
  { remember, say = [], asks }: PatternStep<Context>,
): Taken<MachineContext, PatternSays> {
  if (!asks) return { remember, say };
  const now = { ...context, ...remember };
  const granted = turns.granting(now, turns.thereOf(asks, now), (seat) => turn(now, seat));
  return { remember: { ...remember, ...granted.remember }, say: [...say, ...granted.say] };
}

/** With the move its author's turn is over, unless the step has granted another. */
function over<Context extends TurnTaking>(
  { grants }: Context,
  { from }: TurnEvent,
  { remember, say }: Taken<MachineContext, PatternSays>,
): Taken<MachineContext, PatternSays> {
  const now = remember?.grants ?? grants;
  const grantedAnew = now.given[from] !== grants.given[from];
  return { remember: { ...remember, grants: grantedAnew ? now : settle(now, from) }, say };
}

/** What is done in every pattern, by the names that its chart uses. */
function commonSteps<Context extends TurnTaking>(
  spec: Spec<Context>,
  own: (context: MachineContext) => Context,
): Record<string, Action> {
  const grantAgain = (context: Context, event: TurnEvent) => {
    const seat = turns.seatOf(event);
    const turn = spec.turn(context, seat);
    const material = [...(spec.again?.(context, seat) ?? turn.material)];
    return turns.grantingAgain(context, seat, { ...turn, material });
  };
  const loseSeat = (context: Context, event: TurnEvent) => {
    const gone = turns.withoutSeat(context, event);
    const atLimit = event.limit !== undefined;
    const now = { ...context, ...gone };
    const how = { atLimit, before: context };
    const more = asked(spec, now, spec.lose?.(now, turns.seatOf(event), how) ?? {});
    return { remember: { ...gone, ...more.remember }, say: more.say ?? [] };
  };
  const conclude = (context: Context) => {
    const { say, ...ending } = spec.concludes(context);
    const said: PatternSays[] = [
      ...revoked(context.grants, `${spec.called} has come to its end`),
      ...say,
      {
        type: 'pattern.concluded',
        to: 'team',
        pattern: spec.name,
        ...ending,
        rounds: context.round,
      },
    ];
    return { say: said };
  };
  return {
    openBoard: actionOf((context) => ({ say: spec.board(own(context)) })),
    awaitSuccessor: actionOf((context, event) => turns.awaitSuccessor(own(context), event)),
    startNothingNew: actionOf((context, event) => turns.startNothingNew(own(context), event)),
    ...(countsRounds(spec) && {
      changeRounds: actionOf(({ limits }, { rounds }) =>
        rounds === undefined ? {} : { remember: { limits: { ...limits, rounds } } },
      ),
    }),
    grantAgain: actionOf((context, event) => grantAgain(own(context), event)),
    loseSeat: actionOf((context, event) => loseSeat(own(context), event)),
    conclude: actionOf((context) => conclude(own(context))),
  };
}

/** A fork may give it other rounds than it began with. */
const countsRounds = ({ limits }: { limits: LimitsSchema }): boolean => 'rounds' in limits.shape;

const codeOf = <Context extends TurnTaking>(spec: Spec<Context>): unknown[] => [
  ...[spec.board, spec.turn, spec.again, spec.lose, spec.concludes],
  ...Object.values(spec.states).flatMap(({ begins, hears = [], meanwhile = {}, next }) => [
    begins,
    ...hears.map(({ take, onlyIf }: Handler<Context>) => [take.code, onlyIf?.code]),
    ...Object.values(meanwhile),
    ...Object.values(next),
  ]),
];
