/** Going on with all teams that have not ended, after a restart: one that cannot be led never holds up the others. */
import type { TeamId } from '../../events/ids.ts';

/** What became of the teams that had not ended. */
export interface Recovery<Handle> {
  /** Led here now, or ended while they were looked at. */
  readonly led: readonly Handle[];
  /** Not led here, with the reason: led elsewhere (`LedElsewhere`), damaged, of another version. */
  readonly left: readonly { readonly team: TeamId; readonly reason: Error }[];
}

interface RecoverySite<Handle> {
  teams(): Promise<readonly TeamId[]>;
  hasEnded(team: TeamId): Promise<boolean>;
  resume(team: TeamId): Promise<Handle>;
}

export async function recoverTeams<Handle>(site: RecoverySite<Handle>): Promise<Recovery<Handle>> {
  const led: Handle[] = [];
  const left: { team: TeamId; reason: Error }[] = [];
  for (const team of await site.teams()) {
    try {
      if (!(await site.hasEnded(team))) led.push(await site.resume(team));
    } catch (error) {
      left.push({ team, reason: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return { led, left };
}
