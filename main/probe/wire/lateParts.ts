/** What may come long after an answer, or never, on a stream of its own. */
import { FrameReader, type Frame } from './frames';
import { parts } from './parts';
import { unpackFrames } from './unpackFrames';

/** Bytes that a frame or a line counts beside its own. */
const overhead = 64;

export class LateParts {
  private readonly reader: FrameReader;
  private frames: Frame[] = [];
  private lines: string[] = [];
  /** Bytes of `frames` and of `lines`. */
  private held = { frames: 0, lines: 0 };
  private readonly details = new Map<number, (frames: readonly Frame[]) => void>();
  private readonly orders = new Map<number, (lines: readonly string[] | null) => void>();

  /** @param limit bytes that are held for one answer */
  constructor(
    private readonly boundary: Buffer,
    private readonly limit: number,
  ) {
    this.reader = new FrameReader(boundary, limit, {
      frame: (frame) => this.takeFrame(frame),
      remark: ({ kind, text }) => this.takeRemark(kind, text),
    });
  }

  /** Stacks, command lines and units of the answer with this number; empty where they never came. */
  detailsOf(id: number): Promise<readonly Frame[]> {
    return new Promise((resolve) => this.details.set(id, resolve));
  }

  /** `PATH:ORDER` of each livepatch; null where they never came. */
  ordersOf(id: number): Promise<readonly string[] | null> {
    return new Promise((resolve) => this.orders.set(id, resolve));
  }

  /** What is known not to come is not waited for. */
  forget(id: number, { details, orders }: { readonly details: boolean; readonly orders: boolean }) {
    if (details) this.details.delete(id);
    if (orders) this.orders.delete(id);
  }

  /** @returns false once more is held than allowed */
  push(chunk: Buffer): boolean {
    const { held, limit } = this;
    return this.reader.push(chunk) && held.frames <= limit && held.lines <= limit;
  }

  /** Nothing will come any more. */
  end(): void {
    for (const settle of this.details.values()) settle([]);
    for (const settle of this.orders.values()) settle(null);
    this.details.clear();
    this.orders.clear();
  }

  private takeFrame(frame: Frame): void {
    if (frame.kind !== parts.end) {
      this.frames.push(frame);
      this.held.frames += frame.body.length + overhead;
      return;
    }
    const { frames } = this;
    this.frames = [];
    this.held.frames = 0;
    void this.finishDetails(Number(frame.words[0]), frames);
  }

  private async finishDetails(id: number, frames: readonly Frame[]): Promise<void> {
    const settle = this.details.get(id);
    this.details.delete(id);
    settle?.((await unpackFrames(this.boundary, frames, this.limit, true)) ?? []);
  }

  private takeRemark(kind: string, text: string): void {
    if (kind === 'o') {
      this.lines.push(text);
      this.held.lines += text.length + overhead;
      return;
    }
    const [id, none] = text.split(' ');
    const lines = none === undefined ? this.lines : null;
    this.orders.get(Number(id))?.(lines);
    this.orders.delete(Number(id));
    this.lines = [];
    this.held.lines = 0;
  }
}
