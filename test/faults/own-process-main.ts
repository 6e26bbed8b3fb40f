/** One fault run, as `own-process.ts` orders it; its result goes to the process that forked this one. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { faultRun } from './fault-run.ts';
import type { Message, Order } from './own-process.ts';

const RESOLUTION_MS = 20;

process.once('disconnect', () => process.exit(1));

const { seed, ...options } = JSON.parse(process.argv[2]!) as Order;
const tell = (message: Message) =>
  new Promise<void>((resolve) => {
    process.send!(message, () => resolve());
  });

// From here on: compiling is over.
const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
lag.enable();
const began = performance.now();
const before = process.cpuUsage();
try {
  const onNote = (text: string) => void tell({ kind: 'note', text });
  const run = await faultRun(seed, { ...options, onNote });
  const { user, system } = process.cpuUsage(before);
  const coreShare = (user + system) / 1000 / (performance.now() - began);
  await tell({ kind: 'done', run, strain: { stillMs: lag.max / 1e6, coreShare } });
} catch (error) {
  await tell({ kind: 'failed', stack: String((error as Error).stack) });
}
process.exit(0);
