/** What a program wrote: its beginning and its end, in bounded memory, with the number of bytes left out. */
import type { Readable } from 'node:stream';

const KEPT_MAX = 12_000;

export class OutputTail {
  private head = Buffer.alloc(0);
  private tail = Buffer.alloc(0);
  private total = 0;

  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => this.take(chunk));
    // A pipe that breaks only ends the output.
    stream.on('error', () => undefined);
  }

  private take(chunk: Buffer): void {
    this.total += chunk.length;
    const room = KEPT_MAX - this.head.length;
    if (room > 0) this.head = Buffer.concat([this.head, chunk.subarray(0, room)]);
    const rest = chunk.subarray(Math.max(0, room));
    if (rest.length > 0)
      this.tail = Buffer.from(Buffer.concat([this.tail, rest]).subarray(-KEPT_MAX));
  }

  /** Headed by the stream's name; empty when nothing was written. */
  text(name: string): string {
    if (this.total === 0) return '';
    const left = this.total - this.head.length - this.tail.length;
    const gap = left > 0 ? `\n[${left} bytes left out]\n` : '';
    return `${name}:\n${this.head.toString('utf8')}${gap}${this.tail.toString('utf8')}`;
  }
}
