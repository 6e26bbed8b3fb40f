/** The events of two teams side by side, as many as are in sight. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { hrefOf } from '../shell/route.ts';
import type { TeamStory } from '../shell/story.ts';
import { messageGist, shortLine, typeInWords } from '../timeline/message-gist.ts';
import type { InStep, StepRow } from './compare.ts';

const ROW = 40;
/** Rows that are drawn beyond what is in sight. */
const BEYOND = 10;

export function CompareSteps({ steps, a, b }: { steps: InStep; a: TeamStory; b: TeamStory }) {
  const box = useRef<HTMLDivElement>(null);
  const [sight, see] = useState({ from: 0, count: 20 });
  const look = () => {
    if (!box.current) return;
    const { scrollTop, clientHeight } = box.current;
    const from = Math.max(0, Math.floor(scrollTop / ROW) - BEYOND);
    const count = Math.ceil(clientHeight / ROW) + 2 * BEYOND;
    see((before) => (before.from === from && before.count === count ? before : { from, count }));
  };
  useLayoutEffect(look, [steps]);
  const { rows, equalTo } = steps;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <div class="compare-steps" ref={box} onScroll={look} tabIndex={0}>
      <p class="compare-equal">{equalTo.a < 0 ? 'equal in nothing' : equalWords(equalTo)}</p>
      <ol style={{ height: rows.length * ROW }}>
        {rows.slice(sight.from, sight.from + sight.count).map((row, i) => (
          <Row
            key={sight.from + i}
            row={row}
            top={(sight.from + i) * ROW}
            isFirst={sight.from + i === 0}
            a={a}
            b={b}
          />
        ))}
      </ol>
    </div>
  );
}

const equalWords = ({ a, b }: { a: number; b: number }): string =>
  a === b ? `equal up to revision ${a}` : `equal up to revision ${a} and ${b}`;

interface RowProps {
  row: StepRow;
  top: number;
  isFirst: boolean;
  a: TeamStory;
  b: TeamStory;
}

function Row({ row, top, isFirst, a, b }: RowProps) {
  return (
    <li
      class={`compare-step${row.isSame ? ' same' : ''}${isFirst ? ' first' : ''}`}
      style={{ top, height: ROW }}
    >
      <Cell story={a} revision={row.a} />
      <span class="compare-sign" title={row.isSame ? 'the same' : 'not the same'}>
        {row.isSame ? '=' : '≠'}
      </span>
      <Cell story={b} revision={row.b} />
    </li>
  );
}

function Cell({ story, revision }: { story: TeamStory; revision: number | null }) {
  const event = revision === null ? undefined : story.events[revision];
  if (!event || revision === null) return <span class="compare-cell none">–</span>;
  return (
    <a
      class="compare-cell"
      href={hrefOf({ name: 'team', team: story.team, at: revision, panel: undefined })}
    >
      <span class="number soft">{revision}</span>{' '}
      <b class={`compare-${story.kindAt(revision)}`}>{typeInWords(event.type)}</b>{' '}
      {event.meta.actor !== undefined && `${shortLine(event.meta.actor, 60)} `}
      <span class="soft">{messageGist(event)}</span>
    </a>
  );
}
