/**
 * The layout engine, in a thread of its own: it works for seconds without a pause, and the process that asks leads
 * teams meanwhile.
 *
 * Invariants
 * 1. The thread is begun by the first graph, and keeps the process alive only while a graph is with it.
 * 2. A thread that fails fails all that is with it; the next graph begins another.
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
  resolve(laid: ElkNode): void;
  reject(error: Error): void;
}

export class ThreadEngine implements LayoutEngine {
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;

  layout(graph: ElkNode): Promise<ElkNode> {
    const thread = this.#begun();
    const index = this.#count++;
    thread.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(index, { resolve, reject });
      thread.postMessage({ index, graph });
    });
  }

  #begun(): Worker {
    if (this.#thread) return this.#thread;
    const path = createRequire(import.meta.url).resolve('elkjs/lib/elk.bundled.js');
    // What the process was started with (a loader, say) is of no use to the thread.
    const thread = new Worker(CODE, { eval: true, workerData: path, execArgv: [], env: {} });
    thread.on('message', (answer: Answer) => this.#take(answer));
    thread.on('error', (error) => this.#fail(error));
    this.#thread = thread;
    return thread;
  }

  #take({ index, laid, problem }: Answer): void {
    const waiting = this.#waiting.get(index)!;
    this.#waiting.delete(index);
    if (this.#waiting.size === 0) this.#thread?.unref();
    if (laid) waiting.resolve(laid);
    else waiting.reject(new Error(`the chart cannot be laid out: ${problem}`));
  }

  #fail(error: Error): void {
    this.#thread = undefined;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }
}
