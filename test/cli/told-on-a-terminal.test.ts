/** What a person reads on a terminal: colours are colours, and a run that is paused does not say that it works. */
import { Writable } from 'node:stream';
import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Runtime } from '../../src/actors/runtime.ts';
import type { WhatIf } from '../../src/actors/what-if.ts';
import { whatIfText } from '../../src/cli/commands/what-if.ts';
import { createOutput, sinksOf } from '../../src/cli/output.ts';
import { showProgress } from '../../src/cli/progress.ts';
import { processShell } from '../../src/cli/shell.ts';
import type { RecordedEvent } from '../../src/events/event.ts';
import { teamId } from '../../src/events/ids.ts';
import { formed, given, say } from '../projections/given.ts';

const ESCAPE = '\u001b';

describe('horde what-if', () => {
  const told: WhatIf = {
    budget: { tokens: 9, usd: null },
    recorded: { tokens: 20, usd: 0 },
    spent: { tokens: 9, usd: 0 },
    saved: { tokens: 11, usd: 0 },
    stops: {
      revision: 7,
      type: 'work.refused',
      actor: `ann${ESCAPE}[2J`,
      detail: 'no more',
      why: 'refused',
    },
    neared: null,
    lost: { modelCalls: 1, rounds: 0, moves: 0, artifacts: [`plan${ESCAPE}[31m`], result: true },
    unsureFrom: null,
    goesOnAt: null,
    synthesis: false,
  };

  it('paints its own words, and writes out the escapes of what was recorded', () => {
    const text = whatIfText(told, { paint: createColors(true) });
    expect(text.startsWith(`${ESCAPE}[1mit would have stopped`)).toBe(true);
    expect(text).toContain('ann\\u001b[2J');
    expect(text).toContain('plan\\u001b[31m');
    expect(text).not.toContain(`${ESCAPE}[2J`);
  });
});

describe('the progress of a run', () => {
  it('says paused while the team is, and working when it goes on', () => {
    const lines: string[] = [];
    const stderr = new Writable({
      write(text, _encoding, done) {
        lines.push(String(text));
        done();
      },
    });
    let hear: (event: RecordedEvent) => void = () => undefined;
    const runtime = {
      subscribe(_topic: string, hears: typeof hear) {
        hear = hears;
        return { close() {} };
      },
    } as unknown as Runtime;
    const shell = { ...processShell(), stdout: stderr, stderr, env: {} };
    const output = { ...createOutput(shell, sinksOf(shell), false), terminal: true };
    const progress = showProgress(runtime, teamId('t1'), output, undefined);
    const [begun, paused, on] = given(
      formed(),
      say('team.paused', { by: 'eve' }),
      say('team.continued', { by: 'eve' }),
    );
    const last = (event: RecordedEvent | undefined) => {
      if (event) hear(event);
      return lines.at(-1);
    };
    expect(last(begun)).toContain('working');
    expect(last(paused)).toContain('paused by eve');
    expect(last(on)).toContain('working');
    progress.close();
  });
});
