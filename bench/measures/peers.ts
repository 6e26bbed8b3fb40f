/** The peers that can be started here. One that cannot is named in the notes, and the bench goes on. */
import { type Contestant, summon } from '../contestant.ts';

const NAMES = { langgraph: 'LangGraph.js, SQLite', restate: 'Restate', emmett: 'Emmett, SQLite' };
export type PeerName = keyof typeof NAMES;

export class Peers {
  private constructor(private readonly present: Map<PeerName, Contestant>) {}

  static async summon(
    folder: string,
    build: string,
    skip: boolean,
    notes: string[],
  ): Promise<Peers> {
    const present = new Map<PeerName, Contestant>();
    for (const name of skip ? [] : (Object.keys(NAMES) as PeerName[])) {
      const contestant = summon(name, folder, build);
      try {
        await contestant.ask('steps', { teams: 1, agents: 2, answers: 20 });
        present.set(name, contestant);
      } catch (error) {
        contestant.dismiss();
        notes.push(
          `${NAMES[name]} cannot be run here: ${(error as Error).message.split('\n')[0]!.slice(0, 300)}`,
        );
      }
    }
    if (skip) notes.push('peers were skipped');
    return new Peers(present);
  }

  get(name: PeerName): Contestant | undefined {
    return this.present.get(name);
  }

  /** It did not answer, and may still be busy: it would disturb what is measured next. */
  drop(name: PeerName): void {
    this.present.get(name)?.dismiss();
    this.present.delete(name);
  }

  label = (name: PeerName): string => NAMES[name];

  *[Symbol.iterator](): Generator<[PeerName, string, Contestant]> {
    for (const [name, contestant] of this.present) yield [name, NAMES[name], contestant];
  }

  dismiss(): void {
    for (const contestant of this.present.values()) contestant.dismiss();
  }
}
