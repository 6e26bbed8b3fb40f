/**
 * The layout engine, in a thread of its own: it works for seconds without a pause, and the process that asks leads
 * teams meanwhile.
 *
 * Invariants
 * 1. The thread is begun by the first graph, and keeps the process alive only while a graph is with it.
 * 2. A thread that fails fails all that is with it; the next graph begins another.
 * 3. A graph that takes longer than the engine's patience is given up, alone: those behind it go to another thread.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs';

export interface LayoutEngine {
  layout(graph: ElkNode): Promise<ElkNode>;
}

/** What runs in the thread: CommonJS as text, so that it is the same from the sources as from the package. */
const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const Elk = require(workerData);
const elk = new Elk();
parentPort.on('message', ({ index, graph }) =>
  elk.layout(graph).then(
    (laid) => parentPort.postMessage({ index, laid }),
    (error) => parentPort.postMessage({ index, problem: String(error?.message ?? error) }),
  ));
`;

type Answer = { index: number; laid?: ElkNode; problem?: string };

interface Waiting {
  graph: ElkNode;
  resolve(laid: ElkNode): void;
  reject(error: Error): void;
}

/** Beyond it a chart is given up, milliseconds. Those of the horde take some hundred at most. */
const PATIENCE_MS = 15_000;

/** A graph that was given up. */
export class TooDense extends Error {
  override readonly name = 'TooDense';
}

export class ThreadEngine implements LayoutEngine {
  #thread: Worker | undefined;
  /** In the order in which the thread takes them: the first is with it now. */
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #bell: NodeJS.Timeout | undefined;

  constructor(private readonly patienceMs = PATIENCE_MS) {}

  layout(graph: ElkNode): Promise<ElkNode> {
    const thread = this.#begun();
    const index = this.#count++;
    thread.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(index, { graph, resolve, reject });
      thread.postMessage({ index, graph });
      if (this.#waiting.size === 1) this.#watch();
    });
  }

  /** From now on the first that waits has the engine's patience. */
  #watch(): void {
    clearTimeout(this.#bell);
    if (this.#waiting.size > 0)
      this.#bell = setTimeout(() => this.#giveUp(), this.patienceMs).unref();
  }

  #giveUp(): void {
    const [[index, { reject }]] = this.#waiting as unknown as [[number, Waiting]];
    this.#waiting.delete(index);
    void this.#thread?.terminate();
    this.#thread = undefined;
    const seconds = this.patienceMs / 1000;
    reject(new TooDense(`the chart is too dense to be laid out within ${seconds} s`));
    if (this.#waiting.size === 0) return;
    const thread = this.#begun();
    for (const [waiting, { graph }] of this.#waiting) thread.postMessage({ index: waiting, graph });
    this.#watch();
  }

  #begun(): Worker {
    if (this.#thread) return this.#thread;
    const path = createRequire(import.meta.url).resolve('elkjs/lib/elk.bundled.js');
    // What the process was started with (a loader, say) is of no use to the thread.
    const thread = new Worker(CODE, { eval: true, workerData: path, execArgv: [], env: {} });
    thread.on('message', (answer: Answer) => this.#take(answer));
    thread.on('error', (error) => {
      if (thread === this.#thread) this.#fail(error);
    });
    this.#thread = thread;
    return thread;
  }

  #take({ index, laid, problem }: Answer): void {
    const waiting = this.#waiting.get(index);
    // Its answer was under way when it was given up.
    if (!waiting) return;
    this.#waiting.delete(index);
    this.#watch();
    if (this.#waiting.size === 0) this.#thread?.unref();
    if (laid) waiting.resolve(laid);
    else waiting.reject(new Error(`the chart cannot be laid out: ${problem}`));
  }

  #fail(error: Error): void {
    this.#thread = undefined;
    clearTimeout(this.#bell);
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }
}
