/**
 * The world in which a machine is tried: what its promises ask and what its actions do, answered by a script, and
 * the same for XState's own actor and for the durable runtime.
 *
 * Invariant: whatever a machine learns of the world it learns by a step of its script, so that two runs can be
 * compared step by step.
 */
import type { AnyStateMachine } from 'xstate';

export type Step =
  | readonly ['send', { type: string; [key: string]: unknown }]
  /** The oldest question of that name is answered, or fails with what is given. */
  | readonly ['answer', name: string, value?: unknown]
  | readonly ['fail', name: string, thrown?: unknown]
  | readonly ['wait', ms: number];

/** A machine, and a script that leads it through its states. */
export interface Case {
  readonly name: string;
  /** Where its facts and its shape were seen. */
  readonly source: string;
  machine(world: World): AnyStateMachine;
  readonly input?: unknown;
  readonly script: readonly Step[];
}

interface Question {
  name: string;
  input: unknown;
  resolve(value: unknown): void;
  reject(thrown: unknown): void;
}

export class World {
  /** What custom actions have done. */
  readonly notes: unknown[] = [];
  private questions: Question[] = [];
  private listeners = new Set<(heard: { name: string; value: unknown }) => void>();
  /** How often each question was asked. */
  readonly asked: Record<string, number> = {};

  /** What a promise waits for. */
  ask(name: string, input?: unknown, signal?: AbortSignal): Promise<any> {
    this.asked[name] = (this.asked[name] ?? 0) + 1;
    return new Promise((resolve, reject) => {
      const question = { name, input, resolve, reject };
      this.questions.push(question);
      // Nobody waits for the answer any more: it is for whoever asks next.
      signal?.addEventListener('abort', () => {
        this.questions = this.questions.filter((other) => other !== question);
      });
    });
  }

  note(what: unknown): void {
    this.notes.push(what);
  }

  /** What callbacks and observables listen to; answers go to questions first. */
  listen(onHeard: (heard: { name: string; value: unknown }) => void): () => void {
    this.listeners.add(onHeard);
    return () => this.listeners.delete(onHeard);
  }

  get waiting(): readonly string[] {
    return this.questions.map(({ name }) => name);
  }

  answer(name: string, value: unknown): void {
    const question = this.take(name);
    if (question) question.resolve(structuredClone(value));
    else for (const listener of this.listeners) listener({ name, value });
  }

  fail(name: string, thrown: unknown): void {
    this.take(name)?.reject(thrown);
  }

  /** Everybody who asked or listened has died. */
  forget(): void {
    this.questions = [];
    this.listeners.clear();
  }

  private take(name: string): Question | undefined {
    const at = this.questions.findIndex((question) => question.name === name);
    return at < 0 ? undefined : this.questions.splice(at, 1)[0];
  }
}
