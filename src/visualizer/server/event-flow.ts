/**
 * Answers that go on: server-sent events until the page leaves, and lines of JSON until there is no more. Both wait
 * for whoever reads them.
 */
import type { Context } from 'hono';
import { stream } from 'hono/streaming';
import type { Write } from './follower.ts';
import { lineOfError } from './refusal.ts';

/** How long a page waits before it comes back. */
const COME_BACK_MS = 1000;

/** Server-sent events: `follow` begins to write, and is closed when the page leaves or is let go. */
export function eventFlow(
  context: Context,
  follow: (write: Write, onLetGo: () => void) => { close(): void },
): Response {
  context.header('content-type', 'text/event-stream; charset=utf-8');
  return stream(context, async (out) => {
    await new Promise<void>((leave) => {
      out.onAbort(leave);
      void out.write(`retry: ${COME_BACK_MS}\n\n`);
      const following = follow((text) => out.write(text), leave);
      out.onAbort(() => following.close());
    });
  });
}

/** One document a line. What fails when some have been sent is told in a last line, as `{error}`. */
export function lineFlow(context: Context, pages: AsyncIterable<readonly unknown[]>): Response {
  context.header('content-type', 'application/x-ndjson; charset=utf-8');
  return stream(context, async (out) => {
    try {
      for await (const page of pages) {
        if (out.aborted) return;
        await out.write(page.map((one) => `${JSON.stringify(one)}\n`).join(''));
      }
    } catch (error) {
      await out.write(`${JSON.stringify({ error: lineOfError(error) })}\n`);
    }
  });
}

/** A file to keep. One that breaks off is not closed in order, so that nobody takes it for whole. */
export function fileFlow(
  context: Context,
  { name, type, parts }: { name: string; type: string; parts: AsyncIterator<string> },
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return?.();
    },
  });
  context.header('content-type', type);
  context.header('content-disposition', `attachment; filename="${name}"`);
  return context.body(body);
}
