/** The page as `horde ui` serves it, beside teams that are rehearsed. */
import type { TeamLine } from '../../src/projections/teams/teams.ts';
import type { Horde } from './horde.ts';
import { until } from './until.ts';

export const request = 'Design a migration that splits the users table, then have a DBA review it';
export const rehearse = (team: string, ...more: string[]) => [
  'run',
  '--rehearse',
  '--json',
  '--pattern',
  'review-loop',
  '--team',
  team,
  ...more,
  request,
];

export interface Ui {
  base: string;
  token: string;
  get<Answer>(path: string): Promise<Answer>;
  /** Ends it as a person does; resolves with the exit status. */
  interrupt(): Promise<number | null>;
}

export async function ui(horde: Horde, ...args: string[]): Promise<Ui> {
  const serving = horde.begin(['ui', '--json', ...args]);
  const { url } = JSON.parse(await until(() => serving.out.includes('\n') && serving.out));
  const [base, token] = String(url).split('/#token=') as [string, string];
  return {
    base,
    token,
    get: async (path) => (await (await fetch(base + path)).json()) as never,
    interrupt: async () => {
      serving.interrupt();
      return (await serving.ended).status;
    },
  };
}

export const lineOf = async (page: Ui, team: string) =>
  (await page.get<TeamLine[]>('/api/teams')).find((line) => line.team === team);
