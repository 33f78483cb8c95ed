/** One running probe: requests in, answers out. */
import {
  succeed,
  type Problem,
  type ProblemCode,
  type Result,
} from '../../shared/readings/problem';
import type { Channel } from '../ssh/transport';
import { FrameReader, framesIn, type Frame } from './frames';
import { readGreeting } from './greeting';
import { gunzipFrame } from './gunzipFrame';
import { requestLine, type ProbeRequest } from './request';

export interface SessionLimits {
  /** Until the probe says its first word. */
  readonly startMs: number;
  readonly answerMs: number;
  /** Bytes of one answer as they come over the wire. */
  readonly answerBytes: number;
}

export const defaultLimits: SessionLimits = {
  startMs: 20_000,
  answerMs: 60_000,
  answerBytes: 16_777_216,
};

export interface Answer {
  readonly frames: readonly Frame[];
  /** The livepatches changed each time while they were read. */
  readonly torn: boolean;
  /** Stacks, command lines and units, which may come much later or never; null: none were asked. */
  readonly late: Promise<readonly Frame[]> | null;
  /** `PATH:ORDER` of each livepatch; null: not asked. */
  readonly orders: Promise<readonly string[]> | null;
  readonly bytes: number;
}

const attempts = 'xxx';

interface Waiting {
  readonly request: ProbeRequest;
  readonly late: Promise<readonly Frame[]>;
  readonly orders: Promise<readonly string[]>;
  readonly settle: (result: Result<Answer>) => void;
}

/** Reads what a channel prints; requests are answered one after the other. */
export class ProbeSession {
  /** Effective user of the probe. */
  readonly uid: number;
  private readonly mark: Buffer;
  private frames: Frame[] = [];
  private bytes = 0;
  private waiting: Waiting | null = null;
  private readonly late = new Map<number, (frames: readonly Frame[]) => void>();
  private lateFrames: Frame[] = [];
  private readonly orders = new Map<number, (lines: readonly string[]) => void>();
  private orderLines: string[] = [];
  private problem: Problem | null = null;

  private constructor(
    private readonly channel: Channel,
    private readonly limits: SessionLimits,
    header: { readonly mark: string; readonly uid: number },
  ) {
    this.uid = header.uid;
    this.mark = Buffer.from(header.mark);
    this.listen();
  }

  /**
   * Waits for the probe's first line.
   *
   * @param nonce what the probe was started with: its first line repeats it
   */
  static async open(
    channel: Channel,
    nonce: string,
    first: ProbeRequest,
    limits: SessionLimits = defaultLimits,
  ): Promise<Result<{ session: ProbeSession; first: Promise<Result<Answer>> }>> {
    const header = await readGreeting(channel, nonce, limits.startMs);
    if (!header.ok) {
      channel.close();
      return header;
    }
    const session = new ProbeSession(channel, limits, header.value);
    const answer = session.expect(first);
    channel.stdout.resume();
    channel.stderr.resume();
    return succeed({ session, first: answer });
  }

  /** One at a time: the next only when the last is answered. */
  ask(request: ProbeRequest): Promise<Result<Answer>> {
    const answer = this.expect(request);
    if (this.problem === null) this.channel.stdin.write(`${requestLine(request)}\n`);
    return answer;
  }

  close(): void {
    this.end({ code: 'connection-lost', path: null, message: 'The connection was closed.' });
  }

  private expect(request: ProbeRequest): Promise<Result<Answer>> {
    if (this.problem) return Promise.resolve({ ok: false, problem: this.problem });
    this.frames = [];
    this.bytes = 0;
    return new Promise((resolve) => {
      const { answerMs } = this.limits;
      const timer = setTimeout(
        () => this.giveUp('timeout', `The host did not answer within ${answerMs / 1000} s.`),
        answerMs,
      );
      this.waiting = {
        request,
        // Either may come before the rest of the answer.
        late: this.promised(this.late, request.id),
        orders: this.promised(this.orders, request.id),
        settle: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
      };
    });
  }

  private listen(): void {
    const { channel, limits } = this;
    const answers = new FrameReader(this.mark, limits.answerBytes, {
      frame: (frame) => this.take(frame),
      remark: () => undefined,
    });
    const lates = new FrameReader(this.mark, limits.answerBytes, {
      frame: (frame) => this.takeLate(frame),
      remark: ({ kind, text }) => this.takeOrder(kind, text),
    });
    channel.stdout.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (!answers.push(chunk) || this.bytes > limits.answerBytes) this.flooded();
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      if (!lates.push(chunk)) this.flooded();
    });
    void this.awaitEnd();
  }

  private async awaitEnd(): Promise<void> {
    const { status, problem } = await this.channel.ended;
    const message = `The shell on the host ended${status === null ? '' : ` with status ${status}`}.`;
    this.end(problem ?? { code: 'connection-lost', path: null, message });
  }

  private take(frame: Frame): void {
    if (frame.kind === 'again') {
      this.frames = [];
    } else if (frame.kind !== 'end') {
      this.frames.push(frame);
    } else {
      void this.finish(frame);
    }
  }

  /** An answer to a request that nobody waits for any more is dropped. */
  private async finish(end: Frame): Promise<void> {
    const { waiting, frames, bytes } = this;
    const id = Number(end.words[0]);
    if (!waiting || waiting.request.id !== id) return;
    const asked = (kind: string) => frames.some((frame) => frame.kind === kind);
    const late = asked('late') ? waiting.late : null;
    const orders = waiting.request.sections.includes('o') ? waiting.orders : null;
    const opened = await this.unpack(frames);
    if (!opened) return;
    this.waiting = null;
    waiting.settle(
      succeed({ frames: opened, torn: end.words[1] === attempts, late, orders, bytes }),
    );
  }

  private promised<T>(map: Map<number, (value: T) => void>, id: number): Promise<T> {
    return new Promise((resolve) => map.set(id, resolve));
  }

  private takeLate(frame: Frame): void {
    if (frame.kind !== 'end') {
      this.lateFrames.push(frame);
      return;
    }
    const frames = this.lateFrames;
    this.lateFrames = [];
    void this.finishLate(Number(frame.words[0]), frames);
  }

  private async finishLate(id: number, frames: readonly Frame[]): Promise<void> {
    const opened = await this.unpack(frames);
    this.late.get(id)?.(opened ?? []);
    this.late.delete(id);
  }

  private takeOrder(kind: string, text: string): void {
    if (kind === 'o') {
      this.orderLines.push(text);
      return;
    }
    const id = Number(text);
    this.orders.get(id)?.(this.orderLines);
    this.orders.delete(id);
    this.orderLines = [];
  }

  private async unpack(frames: readonly Frame[]): Promise<Frame[] | null> {
    const opened: Frame[] = [];
    for (const frame of frames) {
      if (frame.kind !== 'z') {
        opened.push(frame);
        continue;
      }
      const text = await gunzipFrame(frame.body, this.limits.answerBytes);
      if (text === null) {
        this.giveUp('protocol-error', 'A compressed part of the answer was damaged or too long.');
        return null;
      }
      opened.push(...framesIn(this.mark, text));
    }
    return opened;
  }

  private flooded(): void {
    this.giveUp(
      'too-large',
      `The host sent more than ${this.limits.answerBytes} bytes in one answer.`,
    );
  }

  private giveUp(code: ProblemCode, message: string): void {
    this.end({ code, path: null, message });
  }

  private end(problem: Problem): void {
    if (this.problem) return;
    this.problem = problem;
    this.waiting?.settle({ ok: false, problem });
    this.waiting = null;
    for (const settle of this.late.values()) settle([]);
    for (const settle of this.orders.values()) settle([]);
    this.channel.close();
  }
}
