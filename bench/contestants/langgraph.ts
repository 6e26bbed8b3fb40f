/**
 * LangGraph.js with its SQLite checkpointer: a graph of one node an agent, the edges go round the ring.
 * A step is one node run and checkpointed, each before the next begins (`durability: 'sync'`), on a file with
 * full sync. The checkpointer gets libsql, which has better-sqlite3's interface and ships its binary.
 */
import path from 'node:path';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';
import { answerOf, type Ring } from '../workload.ts';
import { bytesIn, remove } from './horde.ts';

/** `last`: the state holds the newest text only, its best case. `all`: the list of messages, its usual one. */
type Memory = 'last' | 'all';

export async function open(folder: string) {
  let files = 0;
  const begin = (load: Ring, memory: Memory, onStep?: (count: number) => void) => {
    const file = path.join(folder, `langgraph-${process.pid}-${files++}.db`);
    const database = new Database(file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    const graph = graphOf(load, memory, onStep).compile({
      checkpointer: new SqliteSaver(database),
    });
    return { file, database, graph };
  };
  const work = (graph: ReturnType<typeof begin>['graph'], load: Ring, thread: string) =>
    graph.invoke(
      { count: 0, texts: [] },
      {
        configurable: { thread_id: thread },
        recursionLimit: load.answers + 10,
        durability: 'sync',
      },
    );
  return {
    steps: async (load: Ring) => {
      const { file, database, graph } = begin(load, 'last');
      const startedAt = performance.now();
      await Promise.all(Array.from({ length: load.teams }, (_, i) => work(graph, load, `t${i}`)));
      const ms = performance.now() - startedAt;
      database.close();
      remove(file);
      return { ms, steps: load.teams * load.answers };
    },
    grow: async (argument: { load: Ring; windows: [number, number][]; memory: Memory }) => {
      const { load, windows, memory } = argument;
      const sizes = new Map<number, number>();
      const marks = new Set(windows.flat());
      let bytes = () => 0;
      const begun = begin(load, memory, (count) => {
        if (marks.has(count)) sizes.set(count, bytes());
      });
      bytes = bytesIn(begun.file);
      begun.database.pragma('synchronous = OFF');
      await work(begun.graph, load, 'grow');
      begun.database.close();
      remove(begun.file);
      return windows.map(([from, to]) => (sizes.get(to)! - sizes.get(from)!) / (to - from));
    },
    /** Reads the history of a thread of so many steps, and its newest state. */
    rebuild: async (steps: number) => {
      const load = { teams: 1, agents: 2, answers: steps };
      const { file, database, graph } = begin(load, 'last');
      database.pragma('synchronous = OFF');
      await work(graph, load, 'rebuild');
      const thread = { configurable: { thread_id: 'rebuild' } };
      const startedAt = performance.now();
      let states = 0;
      for await (const _ of graph.getStateHistory(thread)) states += 1;
      const ms = performance.now() - startedAt;
      database.close();
      remove(file);
      return { ms, events: states };
    },
  };
}

function graphOf({ agents, answers }: Ring, memory: Memory, onStep?: (count: number) => void) {
  const State = Annotation.Root({
    count: Annotation<number>,
    texts: Annotation<string[]>({
      reducer: (before, said) => (memory === 'all' ? [...before, ...said] : said),
      default: () => [],
    }),
  });
  const graph = new StateGraph(State) as any;
  for (let i = 0; i < agents; i++) {
    graph.addNode(`a${i}`, ({ count }: { count: number }) => {
      onStep?.(count);
      return { count: count + 1, texts: [answerOf(i)] };
    });
    graph.addConditionalEdges(`a${i}`, ({ count }: { count: number }) =>
      count < answers ? `a${(i + 1) % agents}` : END,
    );
  }
  return graph.addEdge(START, 'a0') as StateGraph<typeof State.spec, any, any, any>;
}
