/**
 * Where a machine can stand in its chart, and where an edge leads it: sets of innermost states, worked out from the
 * drawing alone. Whatever leads into a state with states inside leads on to where they start; into a parallel one, into
 * all its regions.
 */
import type { ChartDrawing, ChartEdge, ChartNode } from '../../../shared/wire.ts';

type Chart = Pick<ChartDrawing, 'nodes' | 'edges'>;
type Standing = ReadonlySet<string>;

const ROOT = '@anywhere';
const known = new WeakMap<ChartEdge[], Standings>();

/** Worked out once a drawing. */
export function standingsOf(chart: Chart): Standings {
  let standings = known.get(chart.edges);
  if (!standings) {
    standings = new Standings(chart, undefined);
    known.set(chart.edges, standings);
  }
  return standings;
}

export class Standings {
  /** What leads from a state to another; where states start is not among them. */
  readonly edges: ChartEdge[];
  readonly #nodes: Map<string, ChartNode>;
  readonly #children = new Map<string, ChartNode[]>();
  readonly #starts = new Map<string, ChartEdge[]>();

  constructor(
    private readonly chart: Chart,
    private readonly region: string | undefined,
  ) {
    this.#nodes = new Map(chart.nodes.map((node) => [node.id, node]));
    for (const node of chart.nodes) {
      if (node.kind === 'start' || node.kind === 'anywhere') continue;
      const parent = node.parent ?? ROOT;
      this.#children.set(parent, [...(this.#children.get(parent) ?? []), node]);
    }
    const isStart = ({ source }: ChartEdge) => this.#nodes.get(source)?.kind === 'start';
    for (const edge of chart.edges.filter(isStart)) {
      const parent = this.#nodes.get(edge.source)?.parent ?? ROOT;
      this.#starts.set(parent, [...(this.#starts.get(parent) ?? []), edge]);
    }
    this.edges = chart.edges.filter(
      (edge) => !isStart(edge) && (region === undefined || this.#isInside(edge.source, region)),
    );
  }

  /** Only what is in one region of the chart. */
  within(region: string): Standings {
    return new Standings(this.chart, region);
  }

  has = (id: string): boolean => this.region === undefined || this.#isInside(id, this.region);

  start(): Standing {
    return this.#entered(ROOT, undefined);
  }

  startEdges(): ChartEdge[] {
    return this.#entryEdges(ROOT);
  }

  isActive(id: string, at: Standing): boolean {
    return id === ROOT || [...at].some((leaf) => this.#isInside(leaf, id));
  }

  /** Some active state, or the whole machine, hears it and stays. */
  isNoted(heard: string, at: Standing): boolean {
    return this.chart.nodes.some(
      ({ id, notes }) =>
        this.isActive(id, at) && notes.some(({ event }) => event !== null && matches(event, heard)),
    );
  }

  /** Whether `xstate.done.state.*` of this name has come about. */
  isOver(event: string, at: Standing): boolean {
    const [, path] = /^xstate\.done\.state\.(.*)$/.exec(event) ?? [];
    if (path === undefined) return false;
    const over = this.chart.nodes.filter(({ id }) => path === id || path.endsWith(`.${id}`));
    return over.some(({ id }) => this.isActive(id, at) && this.#isDone(id, at));
  }

  after(at: Standing, { source, target }: ChartEdge): Standing {
    const domain = this.#domain(source, target);
    const stays = [...at].filter((leaf) => domain !== ROOT && !this.#isInside(leaf, domain));
    return new Set([...stays, ...this.#entered(domain, target)]);
  }

  /** The regions of the outermost parallel state that is active before and after; none where there is none. */
  regionsOf(from: Standing, to: Standing): string[] {
    const isParallel = (id: string) =>
      id === ROOT ? !this.#starts.has(ROOT) : this.#nodes.get(id)?.kind === 'parallel';
    const parallel = [ROOT, ...this.#nodes.keys()].find(
      (id) => isParallel(id) && this.isActive(id, from) && this.isActive(id, to),
    );
    return parallel === undefined ? [] : (this.#children.get(parallel) ?? []).map(({ id }) => id);
  }

  #isInside(id: string, of: string): boolean {
    return of === ROOT || id === of || id.startsWith(`${of}.`);
  }

  /** The innermost state that is not left: it holds both ends, and is neither where it can be. */
  #domain(source: string, target: string): string {
    if (source === ROOT) return ROOT;
    // A state that leads into itself is not left, unless it leads to its own whole.
    if (target !== source && this.#isInside(target, source)) return source;
    let domain = this.#parentOf(source);
    while (domain !== ROOT && (domain === target || !this.#isInside(target, domain)))
      domain = this.#parentOf(domain);
    return domain;
  }

  #parentOf = (id: string): string => this.#nodes.get(id)?.parent ?? ROOT;

  /** The innermost states that are entered with a state; `target` is inside it and decides the way. */
  #entered(id: string, target: string | undefined): Standing {
    const children = this.#children.get(id) ?? [];
    if (children.length === 0) return new Set([id]);
    const towards =
      target === undefined || target === id
        ? undefined
        : children.find((child) => this.#isInside(target, child.id));
    const starts = (this.#starts.get(id) ?? []).map((edge) => edge.target);
    const leaves = new Set<string>();
    const enter = (child: string, to: string | undefined) => {
      for (const leaf of this.#entered(child, to)) leaves.add(leaf);
    };
    if (starts.length === 0)
      for (const child of children) enter(child.id, child === towards ? target : undefined);
    else if (towards) enter(towards.id, target);
    else
      for (const start of starts) {
        const child = children.find(({ id: one }) => this.#isInside(start, one));
        if (child) enter(child.id, start);
      }
    return leaves;
  }

  #entryEdges(id: string): ChartEdge[] {
    const starts = this.#starts.get(id);
    if (!starts) return (this.#children.get(id) ?? []).flatMap((one) => this.#entryEdges(one.id));
    return starts.flatMap((edge) => [edge, ...this.#entryEdges(edge.target)]);
  }

  #isDone(id: string, at: Standing): boolean {
    const children = this.#children.get(id) ?? [];
    const active = children.filter((child) => this.isActive(child.id, at));
    if (this.#nodes.get(id)?.kind === 'parallel')
      return children.every((child) => this.#isDone(child.id, at));
    return active.some(({ kind }) => kind === 'final');
  }
}

/** XState's own wildcard, alone or for the rest of a dotted name; its own events are heard by no wildcard. */
export function matches(event: string, heard: string): boolean {
  if (event === heard) return true;
  if (heard.startsWith('xstate.')) return false;
  return event === '*' || (event.endsWith('.*') && heard.startsWith(event.slice(0, -1)));
}
