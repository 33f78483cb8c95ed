/** Divides what the probe prints into frames; see `program/probe.sh` for what they are. */

import { parts } from './parts';

export interface Frame {
  readonly kind: string;
  readonly words: readonly string[];
  readonly body: Buffer;
}

/** What may stand anywhere in a stream: a line `MARK=KIND TEXT`. */
export interface Remark {
  readonly kind: string;
  readonly text: string;
}

export interface FrameListener {
  readonly frame: (frame: Frame) => void;
  readonly remark: (remark: Remark) => void;
}

/** Bytes that an empty reader holds on to. */
const kept = 262_144;

/** Bytes of a frame's first line, or of a remark: a few words and a path. */
const longestLine = 65_536;

/**
 * One stream. A frame ends where the next begins, or, for those that end an answer, with its line.
 *
 * @param limit bytes that a single frame may have
 */
export class FrameReader {
  /** Between `start` and `end` is what has not been taken yet; it grows by doubling. */
  private store: Buffer = Buffer.alloc(0);
  private start = 0;
  private end = 0;
  /** Bytes of `pending` in which no boundary begins. */
  private searched = 0;
  private open: { readonly kind: string; readonly words: string[] } | null = null;
  /** What stood before remarks within the open frame, in order. */
  private before: Buffer[] = [];
  private beforeBytes = 0;

  constructor(
    private readonly boundary: Buffer,
    private readonly limit: number,
    private readonly listener: FrameListener,
  ) {}

  /** @returns false once a frame is longer than allowed: nothing more is read then */
  push(chunk: Buffer): boolean {
    this.append(chunk);
    while (this.step());
    return this.beforeBytes + this.end - this.start <= this.limit && !this.isLineTooLong;
  }

  /** Whatever is open ends here: the stream did. */
  finish(): void {
    this.close(this.content(this.pending));
    this.start = this.end;
  }

  /** A boundary was found, and its line doesn't end. */
  private get isLineTooLong(): boolean {
    const { pending, searched, boundary } = this;
    return (
      pending.length - searched > longestLine &&
      pending.subarray(searched, searched + boundary.length).equals(boundary)
    );
  }

  private get pending(): Buffer {
    return this.store.subarray(this.start, this.end);
  }

  private append(chunk: Buffer): void {
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
      // What one long answer took is not kept for ever.
      if (this.store.length > kept) this.store = Buffer.alloc(0);
    }
    if (this.end + chunk.length > this.store.length) {
      const { pending } = this;
      this.store = Buffer.allocUnsafe(2 * (pending.length + chunk.length));
      pending.copy(this.store);
      this.start = 0;
      this.end = pending.length;
    }
    chunk.copy(this.store, this.end);
    this.end += chunk.length;
  }

  private step(): boolean {
    const { pending } = this;
    const at = pending.indexOf(this.boundary, this.searched);
    if (at === -1) {
      this.searched = Math.max(0, pending.length - this.boundary.length);
      return false;
    }
    this.searched = at;
    const end = pending.indexOf('\n', at);
    if (end === -1) return false;
    const line = pending.toString('utf8', at + this.boundary.length, end);
    if (line.startsWith('=')) this.takeRemark(line.slice(1), at, end);
    else this.takeFrame(line.slice(1), at, end);
    return true;
  }

  private takeRemark(line: string, at: number, end: number): void {
    const space = line.indexOf(' ');
    this.listener.remark({ kind: line.slice(0, space), text: line.slice(space + 1) });
    if (at > 0) this.before.push(Buffer.from(this.pending.subarray(0, at)));
    this.beforeBytes += at;
    this.start += end + 1;
    this.searched = 0;
  }

  /** The open frame's content: what stood before its remarks, and behind the last of them. */
  private content(last: Buffer): Buffer {
    const whole = Buffer.concat([...this.before, last]);
    this.before = [];
    this.beforeBytes = 0;
    return whole;
  }

  private takeFrame(line: string, at: number, end: number): void {
    // The newline before the boundary belongs to the frame's line, not to the content above it.
    const content = this.content(this.pending.subarray(0, at));
    this.close(content.subarray(0, Math.max(0, content.length - 1)));
    this.start += end + 1;
    this.searched = 0;
    const [kind = '', ...words] = line.split(' ');
    this.open = { kind, words };
    if (kind === parts.end) this.close(Buffer.alloc(0));
  }

  private close(body: Buffer): void {
    const { open } = this;
    this.open = null;
    if (open) this.listener.frame({ ...open, body });
  }
}

/** The frames within a whole text. */
export function framesIn(boundary: Buffer, text: Buffer): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(boundary, text.length, {
    frame: (frame) => frames.push(frame),
    remark: () => undefined,
  });
  reader.push(text);
  reader.finish();
  return frames;
}
