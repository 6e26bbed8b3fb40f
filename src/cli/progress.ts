/**
 * Live progress on a terminal: one line that is written over, and a line above it for each thing that is
 * worth keeping: a round, a move, a loss, the end. It reads the stream; it is not part of the run.
 */
import type { Runtime } from '../actors/runtime.ts';
import type { Usage } from '../events/amounts.ts';
import type { RecordedEvent } from '../events/event.ts';
import type { TeamId } from '../events/ids.ts';
import { teamStream } from '../events/ids.ts';
import type { Subscription } from '../events/store.ts';
import { isMove } from '../projections/moves/moves-made.ts';
import type { Output } from './output.ts';
import { oneLine } from './terminal-text.ts';

export interface Progress {
  /** Text of a model as it streams in. */
  spoken(actor: string, text: string): void;
  close(): void;
}

export function showProgress(
  runtime: Runtime,
  team: TeamId,
  output: Output,
  budget: number | undefined,
): Progress {
  if (!output.terminal) return { spoken() {}, close() {} };
  const view = new ProgressView(output, budget);
  const stream = teamStream(team);
  const subscription: Subscription = runtime.subscribe(
    '>',
    (event) => {
      if (event.stream === stream) view.hear(event);
    },
    { after: -1 },
  );
  const tick = setInterval(() => view.draw(), 200);
  return {
    spoken: (actor, text) => view.spoken(actor, text),
    close: () => {
      clearInterval(tick);
      subscription.close();
      view.clear();
    },
  };
}

class ProgressView {
  private readonly busy = new Set<string>();
  private readonly begun = Date.now();
  private round = '';
  private tokens = 0;
  private latest = '';
  private paused = '';
  private closed = false;
  private readonly paint: Output['paint'];

  constructor(
    private readonly output: Output,
    private readonly budget: number | undefined,
  ) {
    this.paint = output.paint;
  }

  spoken(actor: string, text: string): void {
    const line = `${this.latest} ${text}`.slice(-400);
    this.latest = line.startsWith(`${actor}:`) ? line : `${actor}: ${text}`;
  }

  hear(event: RecordedEvent): void {
    const { type, data, meta } = event;
    const actor = meta.actor ?? '';
    switch (type) {
      case 'round.started':
        this.round = `round ${data['round']}/${data['of']}`;
        this.keep(this.paint.bold(`${this.round}  ${oneLine(String(data['title']), 60)}`));
        break;
      case 'work.started':
        if (data['src'] === 'callModel') this.busy.add(String(data['work']).split('/', 1)[0]!);
        break;
      case 'model.replied':
      case 'model.failed': {
        this.busy.delete(meta.work?.split('/', 1)[0] ?? '');
        const used = data['usage'] as Usage | undefined;
        if (used)
          this.tokens +=
            used.inputTokens + used.outputTokens + used.cacheReadTokens + used.cacheWriteTokens;
        if (type === 'model.failed')
          this.keep(
            this.paint.yellow(
              `${meta.work?.split('/', 1)[0]}  ${data['kind']}: ${oneLine(String(data['message']), 90)}`,
            ),
          );
        break;
      }
      case 'team.paused':
        this.paused = `paused by ${data['by']}`;
        break;
      case 'team.continued':
        this.paused = '';
        break;
      case 'decision.made':
        this.keep(`decided  ${oneLine(String(data['resolution']), 100)}`);
        break;
      case 'limit.neared':
        this.keep(
          this.paint.yellow(`80 % of ${data['limit']} used (${data['used']} of ${data['of']})`),
        );
        break;
      case 'seat.lost':
      case 'turn.forfeited':
      case 'agent.nudged':
        this.keep(
          this.paint.yellow(
            `${data['agent']}  ${type}: ${oneLine(String(data['reason'] ?? data['text']), 90)}`,
          ),
        );
        break;
      default:
        if (isMove(event))
          this.keep(`${this.paint.cyan(actor)}  ${type}  ${oneLine(gistOf(data), 90)}`);
    }
    this.draw();
  }

  /** A line that stays. */
  private keep(line: string): void {
    this.clear();
    this.output.note(line);
  }

  draw(): void {
    if (this.closed) return;
    const width = this.output.width - 1;
    const seconds = Math.round((Date.now() - this.begun) / 1000);
    const thinking = this.busy.size > 0 ? `${[...this.busy].join(', ')} thinking` : 'working';
    const stands = this.paused || thinking;
    const tokens =
      this.budget === undefined ? `${this.tokens} tokens` : `${this.tokens}/${this.budget} tokens`;
    const line = [stands, this.round, tokens, `${seconds} s`, this.latest]
      .filter(Boolean)
      .join(' · ');
    void this.output.err.write(`\r\u001b[K${oneLine(line, width)}`);
  }

  clear(): void {
    void this.output.err.write('\r\u001b[K');
  }
}

/** What a move says in a line. */
function gistOf(data: RecordedEvent['data']): string {
  const issues = data['issues'] as { tag: string }[] | undefined;
  if (issues && issues.length > 0) return issues.map(({ tag }) => tag).join(', ');
  return String(data['summary'] ?? data['title'] ?? data['evidence'] ?? data['text'] ?? '');
}
