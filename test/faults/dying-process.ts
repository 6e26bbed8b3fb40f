/** Stands in for a fault run whose process ends before the run does: seed 0 by itself, any other by a signal. */
const { seed } = JSON.parse(process.argv[2]!) as { seed: number };
console.error(`about to end, seed ${seed}`);
if (seed === 0) process.exit(3);
process.kill(process.pid, 'SIGABRT');

export {};
