/** One running probe: requests in, answers out. */
import { succeed, type Problem, type ProblemCode, type Result } from '../../../shared/base/problem';
import type { Channel } from '../../ssh/transport';
import { FrameReader, type Frame } from './frames';
import { readGreeting } from './greeting';
import { LateParts } from './lateParts';
import { parts, requested } from './parts';
import { defaultLimits, type SessionLimits } from './limits';
import { requestLine, type ProbeRequest, type SideRequest } from './request';
import { unpackFrames } from './unpackFrames';

export interface Answer {
  readonly frames: readonly Frame[];
  /** The livepatches changed each time while they were read. */
  readonly torn: boolean;
  /** The host could start no other program, and so gave up in the middle. */
  readonly unfinished: boolean;
  /** Stacks, command lines and units, which may come much later or never; null: none were asked. */
  readonly late: Promise<readonly Frame[]> | null;
  /** `PATH:ORDER` of each livepatch, null where they never came; null: not asked. */
  readonly orders: Promise<readonly string[] | null> | null;
  readonly bytes: number;
}

const attempts = 'xxx';

const damaged = 'A compressed part of the answer was damaged or too long.';

interface Waiting {
  readonly request: ProbeRequest | SideRequest;
  readonly late: Promise<readonly Frame[]>;
  readonly orders: Promise<readonly string[] | null>;
  readonly settle: (result: Result<Answer>) => void;
}

/** Reads what a channel prints; requests are answered one after the other. */
export class ProbeSession {
  /** Effective user of the probe. */
  readonly uid: number;
  private readonly boundary: Buffer;
  private frames: Frame[] = [];
  private bytes = 0;
  private waiting: Waiting | null = null;
  private readonly lateParts: LateParts;
  private problem: Problem | null = null;

  private constructor(
    private readonly channel: Channel,
    private readonly limits: SessionLimits,
    header: { readonly boundary: string; readonly uid: number },
  ) {
    this.uid = header.uid;
    this.boundary = Buffer.from(header.boundary);
    this.lateParts = new LateParts(this.boundary, limits.answerBytes);
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
    const header = await readGreeting(channel, nonce, limits);
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
  ask(request: ProbeRequest | SideRequest): Promise<Result<Answer>> {
    const answer = this.expect(request);
    if (this.problem === null) this.channel.stdin.write(`${requestLine(request)}\n`);
    return answer;
  }

  close(): void {
    this.end({ code: 'connection-lost', path: null, message: 'The connection was closed.' });
  }

  private expect(request: ProbeRequest | SideRequest): Promise<Result<Answer>> {
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
        late: this.lateParts.detailsOf(request.id),
        orders: this.lateParts.ordersOf(request.id),
        settle: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
      };
    });
  }

  private listen(): void {
    const { channel, limits } = this;
    const answers = new FrameReader(this.boundary, limits.answerBytes, {
      frame: (frame) => this.take(frame),
      remark: () => undefined,
    });
    channel.stdout.on('data', (chunk: Buffer) => {
      if (this.problem !== null) return;
      this.bytes += chunk.length;
      if (!answers.push(chunk) || this.bytes > limits.answerBytes) this.flooded();
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      if (this.problem === null && !this.lateParts.push(chunk)) this.flooded();
    });
    void this.awaitEnd();
  }

  private async awaitEnd(): Promise<void> {
    const { status, problem } = await this.channel.ended;
    // A bash that may start no other program ends itself.
    const why =
      this.waiting && status !== null && status !== 0
        ? ' in the middle of an answer, as one does that can start no other program'
        : '';
    const message = `The shell on the host ended${status === null ? '' : ` with status ${status}`}${why}.`;
    this.end(problem ?? { code: 'connection-lost', path: null, message });
  }

  private take(frame: Frame): void {
    if (frame.kind === parts.again) {
      this.frames = [];
    } else if (frame.kind !== parts.end) {
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
    const late = asked(parts.lateFollows) ? waiting.late : null;
    const orders = waiting.request.sections.includes(requested.stackOrders) ? waiting.orders : null;
    this.lateParts.forget(id, { details: late === null, orders: orders === null });
    const unfinished = end.words[1] === 'unfinished';
    const opened = await unpackFrames(this.boundary, frames, this.limits.answerBytes, unfinished);
    if (!opened) return this.giveUp('protocol-error', damaged);
    this.waiting = null;
    const torn = end.words[1] === attempts;
    waiting.settle(succeed({ frames: opened, torn, unfinished, late, orders, bytes }));
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
    this.lateParts.end();
    this.channel.close();
  }
}
