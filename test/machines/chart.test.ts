import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { setup } from 'xstate';
import { drawChart } from '../../src/machines/charts/chart.ts';
import { chartPages } from '../../src/machines/charts/chart-pages.ts';
import { hordeMachines } from '../../src/machines/index.ts';

const folder = new URL('../../docs/statecharts/', import.meta.url);

describe('The statecharts in docs/statecharts', () => {
  for (const [name, text] of chartPages())
    it(`are not stale: ${name} (else run npm run charts)`, () => {
      expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
    });

  it('are of machines there are, and of no others', () => {
    expect(readdirSync(folder).sort()).toEqual([...chartPages().keys()].sort());
  });

  it('name everything that a machine does', () => {
    for (const { machine } of Object.values(hordeMachines)) {
      const chart = drawChart(machine);
      expect(chart).not.toContain('unnamed');
      const { actions, guards } = machine.implementations;
      for (const name of [...Object.keys(actions), ...Object.keys(guards)])
        expect(chart).toContain(name);
    }
  });
});

describe('A chart', () => {
  const machine = setup({ guards: { isWarm: () => true } }).createMachine({
    id: 'house',
    type: 'parallel',
    on: { FIRE: '.heating.off' },
    states: {
      heating: {
        initial: 'off',
        states: {
          off: { on: { COLD: { guard: 'isWarm', target: 'on' } } },
          on: { after: { 1000: 'off' }, on: { COLD: {} } },
          before: { type: 'history', history: 'deep' },
        },
      },
      door: { initial: 'shut', states: { shut: { always: 'open' }, open: { type: 'final' } } },
    },
  });

  it('shows nested, parallel, history and final states, timers and what is heard anywhere', () => {
    expect(drawChart(machine).split('\n')).toEqual([
      'stateDiagram-v2',
      '  state "heating" as heating {',
      '    state "off" as heating_off',
      '    state "on" as heating_on',
      '    heating_on : COLD',
      '    state "before" as heating_before',
      '    heating_before : history (deep)',
      '    [*] --> heating_off',
      '    heating_off --> heating_on : COLD [isWarm]',
      '    heating_on --> heating_off : after 1000',
      '  }',
      '  --',
      '  state "door" as door {',
      '    state "shut" as door_shut',
      '    state "open" as door_open',
      '    door_open --> [*]',
      '    [*] --> door_shut',
      '    door_shut --> door_open : at once',
      '  }',
      '  state "wherever it is" as anywhere',
      '  anywhere --> heating_off : FIRE',
    ]);
  });
});
