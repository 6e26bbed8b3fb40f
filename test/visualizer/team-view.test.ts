/** How a team is looked at while it goes on: whoever has gone back stays there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../src/events/event.ts';
import type { TeamListener, TeamSource } from '../../src/visualizer/page/shell/team-source.ts';
import { TeamView } from '../../src/visualizer/page/shell/team-view.ts';
import { shownEvent } from '../../src/visualizer/shared/shown-event.ts';
import { type Rehearsed, rehearse } from '../properties/rehearsed-teams.ts';

let stage: Rehearsed;
let events: RecordedEvent[];

beforeAll(async () => {
  stage = await rehearse({ seed: 11 });
  await stage.run('team', { pattern: 'review-loop', seed: 4 });
  events = await stage.events('team');
});
afterAll(() => stage.close());

/** A team of which so much is past when one begins to look; `come` lets more happen. */
async function looking(past: number, wanted?: number) {
  let listener: TeamListener | undefined;
  let told = past;
  const unasked = () => Promise.reject(new Error('nobody asks for this here'));
  const source: TeamSource = {
    isLive: true,
    mayChange: false,
    async *events() {
      yield events.slice(0, past >> 1).map(shownEvent);
      yield events.slice(past >> 1, past).map(shownEvent);
    },
    listen(_team, after, heard) {
      expect(after).toBe(past - 1);
      listener = heard;
      return { close() {} };
    },
    event: unasked,
    prompt: unasked,
    chart: unasked,
    report: unasked,
  };
  const view = new TeamView('team', source, wanted);
  await view.open();
  const come = (count: number) => {
    listener!.onEvents(events.slice(told, told + count).map(shownEvent));
    told += count;
  };
  const speak = (actor: string, text: string) => listener!.onSpoken({ actor, text });
  return { view, come, speak };
}

const standing = ({ at, selected, following, head }: TeamView) => ({
  at: at.value,
  selected: selected.value,
  following: following.value,
  head: head.value,
});

describe('the view of a team', () => {
  it('stands at the head and goes along with what comes', async () => {
    const { view, come } = await looking(20);
    expect(standing(view)).toEqual({ at: 19, selected: 19, following: true, head: 19 });
    come(5);
    expect(standing(view)).toEqual({ at: 24, selected: 24, following: true, head: 24 });
  });

  it('stays where one has gone back to, whatever comes', async () => {
    const { view, come } = await looking(20);
    view.goTo(7);
    come(10);
    expect(standing(view)).toEqual({ at: 7, selected: 7, following: false, head: 29 });
  });

  it('follows again from the head on', async () => {
    const { view, come } = await looking(20);
    view.goTo(7);
    view.goTo(19);
    come(3);
    expect(standing(view)).toEqual({ at: 22, selected: 22, following: true, head: 22 });
  });

  it('stands where the address says, and stays there', async () => {
    const { view, come } = await looking(20, 12);
    expect(standing(view)).toMatchObject({ at: 12, following: false });
    come(10);
    expect(standing(view)).toMatchObject({ at: 12, following: false, head: 29 });
  });

  it('steps through what the timeline shows, and through the ends of turns', async () => {
    const { view } = await looking(events.length);
    view.goTo(0);
    const visited = [0];
    for (let before = -1; view.at.value !== before; ) {
      before = view.at.value;
      view.step(1);
      if (view.at.value !== before) visited.push(view.at.value);
    }
    expect(visited).toEqual(view.rows.value.revisions);
    view.goTo(view.story.turnEnds[1]!);
    view.stepTurn(1);
    expect(view.at.value).toBe(view.story.turnEnds[2]);
    view.stepTurn(-1);
    view.stepTurn(-1);
    expect(view.at.value).toBe(view.story.turnEnds[0]);
    view.stepTurn(-1);
    expect(view.at.value).toBe(view.story.turnEnds[0]);
  });

  it('leaves off playing when a person goes somewhere', async () => {
    const { view } = await looking(20);
    view.goTo(0);
    view.playing.toggle();
    view.jump('message', 1);
    expect([view.playing.isOn.value, view.story.kindAt(view.at.value)]).toEqual([false, 'move']);
  });

  it('drops a reply on its way when the reply is there', async () => {
    const replied = events.find(({ type }) => type === 'model.replied')!;
    const actor = replied.meta.work!.split('/')[0]!;
    const { view, come, speak } = await looking(replied.revision);
    speak(actor, 'I have ');
    speak(actor, 'read it');
    speak('another', '…');
    expect([...view.spoken.value]).toEqual([
      [actor, 'I have read it'],
      ['another', '…'],
    ]);
    come(1);
    expect([...view.spoken.value.keys()]).toEqual(['another']);
  });

  it('says what went wrong when the past cannot be read', async () => {
    const source = {
      isLive: true,
      // biome-ignore lint/correctness/useYield: it fails before the first batch.
      async *events() {
        throw new Error('the server is away: start it again');
      },
    } as unknown as TeamSource;
    const view = new TeamView('team', source);
    await view.open();
    expect([view.problem.value, view.loading.value]).toEqual([
      'the server is away: start it again',
      false,
    ]);
  });
});
