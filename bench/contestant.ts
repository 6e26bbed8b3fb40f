/**
 * A contestant is one process of its own that is warmed once and then asked, round by round, in turn with
 * the others. This is both ends of that process: `summon` starts it, and run as a program it answers.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a contestant can be asked; it does what it can. Arguments and answers are JSON. */
type Answers = { [question: string]: (argument: any) => Promise<unknown> };

export interface Contestant {
  readonly name: string;
  ask<Answer>(question: string, argument?: unknown): Promise<Answer>;
  dismiss(): void;
}

const ANSWER_MS_MAX = 180_000;

export function summon(name: string, folder: string, build: string): Contestant {
  const child = fork(fileURLToPath(import.meta.url), [name, folder, build], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  return {
    name,
    ask: (question, argument) => asked(child, name, question, argument, () => said),
    dismiss: () => void (child.connected && child.disconnect()),
  };
}

function asked<Answer>(
  child: ChildProcess,
  name: string,
  question: string,
  argument: unknown,
  said: () => string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => settle(() => reject(new Error(`${name}: ${question}: ${why}`)));
    const timer = setTimeout(() => fail('no answer in time'), ANSWER_MS_MAX);
    const onMessage = (message: { answer?: Answer; error?: string }) =>
      message.error === undefined
        ? settle(() => resolve(message.answer as Answer))
        : fail(message.error);
    const onExit = (code: number | null) => fail(`ended with ${code}. ${said()}`);
    const settle = (then: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      then();
    };
    if (child.exitCode !== null || child.signalCode !== null) return onExit(child.exitCode);
    child.once('message', onMessage).once('exit', onExit);
    child.send({ question, argument });
  });
}

async function answer(): Promise<void> {
  const [, , name, folder, build] = process.argv;
  const { open } = await import(`./contestants/${name}.ts`);
  let answers: Answers | undefined;
  process.once('disconnect', () => process.exit(0));
  process.on('message', async ({ question, argument }: { question: string; argument: unknown }) => {
    try {
      answers ??= (await open(folder, build)) as Answers;
      const given = answers[question];
      if (!given) throw new Error('cannot answer this');
      process.send?.({ answer: (await given(argument)) ?? null });
    } catch (error) {
      process.send?.({ error: String((error as Error).stack ?? error).slice(0, 1500) });
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) void answer();
