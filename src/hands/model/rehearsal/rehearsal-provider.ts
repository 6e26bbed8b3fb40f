/**
 * The rehearsal as a provider: asked for by the labels of a team, which also say how it is played, so that whoever
 * resumes the team plays it in the same way.
 */
import { isRehearsal } from '../../../events/words/labels.ts';
import type { ModelProvider, ModelSite } from '../provider.ts';

interface RehearsalChoice {
  seed: number;
  latencyMs: number;
  failureRate: number;
}

export const rehearsal: ModelProvider = {
  name: 'rehearsal',
  prices: {},
  ways: ['rehearse without a model, key or cost: add --rehearse'],
  isAskedFor: isRehearsal,
  access: ({ labels }) => ({
    detail: 'the scripted model',
    isElsewhere: false,
    async client(moves) {
      const { createRehearsalModel } = await import('./rehearsal-model.ts');
      return createRehearsalModel({ ...choiceIn(labels), moves });
    },
  }),
};

/** The labels of a team that rehearses so. */
export const rehearsalLabels = ({
  seed,
  latencyMs,
  failureRate,
}: RehearsalChoice): Record<string, string> => ({
  rehearsal: 'yes',
  seed: String(seed),
  latencyMs: String(latencyMs),
  failureRate: String(failureRate),
});

function choiceIn(labels: ModelSite['labels']): RehearsalChoice {
  const number = (key: string, otherwise: number) => Number(labels[key] ?? otherwise);
  return {
    seed: number('seed', 1),
    latencyMs: number('latencyMs', 0),
    failureRate: number('failureRate', 0),
  };
}
