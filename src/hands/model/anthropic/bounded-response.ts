/**
 * A response that is given up when it is longer than it can rightly be. Counted is what comes out of decompression, as
 * it comes, so that neither a body without end nor a small one that unpacks to a large one fills the memory.
 */
import { tooLong } from '../fit-reply.ts';

/** The same response; reading it fails with a `WorkFailure` once more than `bytesMax` have come. */
export function boundedResponse(
  response: Response,
  bytesMax: number,
  outputTokensMax: number,
): Response {
  if (!response.body) return response;
  const source = response.body.getReader();
  let left = bytesMax;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.read();
        if (done) {
          controller.close();
          return;
        }
        left -= value.byteLength;
        if (left >= 0) {
          controller.enqueue(value);
          return;
        }
        controller.error(tooLong(outputTokensMax));
        await source.cancel().catch(() => {});
      },
      cancel: (reason) => source.cancel(reason),
    },
    // Nothing is read ahead of whoever reads.
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
