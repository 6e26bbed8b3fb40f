/** What was measured, and how it stands to the goals; printed as a table and kept as JSON. */
import fs from 'node:fs';

interface Figure {
  measure: string;
  who: string;
  value: number | null;
  unit: string;
  note?: string;
}

interface Goal {
  goal: string;
  value: number;
  /** `least`: the value must be at least this; `most`: at most. */
  least?: number;
  most?: number;
  unit: string;
}

export class Results {
  readonly figures: Figure[] = [];
  readonly goals: Goal[] = [];
  readonly notes: string[] = [];

  add(measure: string, who: string, value: number | null, unit: string, note?: string): void {
    this.figures.push({ measure, who, value, unit, ...(note ? { note } : {}) });
  }

  demand(goal: Goal): void {
    this.goals.push(goal);
  }

  print(): void {
    let measure = '';
    for (const figure of this.figures) {
      if (figure.measure !== measure) console.log(`\n${figure.measure}`);
      measure = figure.measure;
      const value =
        figure.value === null ? 'not measured' : `${shown(figure.value)} ${figure.unit}`;
      console.log(
        `  ${figure.who.padEnd(46)} ${value.padStart(24)}${figure.note ? `   ${figure.note}` : ''}`,
      );
    }
    console.log('\nGoals');
    for (const goal of this.goals) {
      const wanted = goal.least === undefined ? `at most ${goal.most}` : `at least ${goal.least}`;
      const verdict = isReached(goal) ? 'reached' : 'NOT REACHED';
      console.log(
        `  ${goal.goal.padEnd(62)} ${`${shown(goal.value)} ${goal.unit}`.padStart(16)}   ${wanted.padEnd(16)} ${verdict}`,
      );
    }
    for (const note of this.notes) console.log(`note: ${note}`);
  }

  write(file: string, about: object): void {
    const goals = this.goals.map((goal) => ({ ...goal, reached: isReached(goal) }));
    const { figures, notes } = this;
    fs.writeFileSync(file, `${JSON.stringify({ ...about, figures, goals, notes }, null, 2)}\n`);
  }
}

const isReached = ({ value, least, most }: Goal) =>
  value >= (least ?? Number.NEGATIVE_INFINITY) && value <= (most ?? Number.POSITIVE_INFINITY);

const shown = (value: number): string =>
  value >= 100
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(value < 10 ? 3 : 4)));
