/** Divides what the probe prints into frames; see `probeText.ts` for what they are. */

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

/**
 * One stream. A frame ends where the next begins, or, for those that end an answer, with its line.
 *
 * @param limit bytes that a single frame may have
 */
export class FrameReader {
  private pending: Buffer = Buffer.alloc(0);
  /** Bytes of `pending` in which no mark begins. */
  private searched = 0;
  private open: { readonly kind: string; readonly words: string[] } | null = null;

  constructor(
    private readonly mark: Buffer,
    private readonly limit: number,
    private readonly listener: FrameListener,
  ) {}

  /** @returns false once a frame is longer than allowed: nothing more is read then */
  push(chunk: Buffer): boolean {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    while (this.step());
    return this.pending.length <= this.limit;
  }

  /** Whatever is open ends here: the stream did. */
  finish(): void {
    this.close(this.pending);
    this.pending = Buffer.alloc(0);
  }

  private step(): boolean {
    const at = this.pending.indexOf(this.mark, this.searched);
    if (at === -1) {
      this.searched = Math.max(0, this.pending.length - this.mark.length);
      return false;
    }
    this.searched = at;
    const end = this.pending.indexOf('\n', at);
    if (end === -1) return false;
    const line = this.pending.toString('utf8', at + this.mark.length, end);
    if (line.startsWith('=')) this.takeRemark(line.slice(1), at, end);
    else this.takeFrame(line.slice(1), at, end);
    return true;
  }

  private takeRemark(line: string, at: number, end: number): void {
    const space = line.indexOf(' ');
    this.listener.remark({ kind: line.slice(0, space), text: line.slice(space + 1) });
    this.pending = Buffer.concat([this.pending.subarray(0, at), this.pending.subarray(end + 1)]);
  }

  private takeFrame(line: string, at: number, end: number): void {
    // The newline before the mark belongs to the frame's line, not to the content above it.
    this.close(this.pending.subarray(0, Math.max(0, at - 1)));
    this.pending = this.pending.subarray(end + 1);
    this.searched = 0;
    const [kind = '', ...words] = line.split(' ');
    this.open = { kind, words };
    if (kind === 'end') this.close(Buffer.alloc(0));
  }

  private close(body: Buffer): void {
    const { open } = this;
    this.open = null;
    if (open) this.listener.frame({ ...open, body });
  }
}

/** The frames within a whole text. */
export function framesIn(mark: Buffer, text: Buffer): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(mark, text.length, {
    frame: (frame) => frames.push(frame),
    remark: () => undefined,
  });
  reader.push(text);
  reader.finish();
  return frames;
}
