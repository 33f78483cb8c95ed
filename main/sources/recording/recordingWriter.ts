/** Writes a `.klprec`: a line at a time, each on disk before the next is taken. */
import { closeSync, existsSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { version } from '../../../package.json';
import { nothing, sampleLine } from '../../../shared/history/recording/encode';
import {
  recordingLimits,
  type EndLine,
  type EndReason,
  type LostLine,
  type RecordingHeader,
  type RecordingLimits,
  type SampleLine,
} from '../../../shared/history/recording/format';
import { fail, succeed, type Problem, type Result } from '../../../shared/base/problem';
import type { Readings } from '../../../shared/readings/readings';
import { behindLinks } from '../../config/links';

/** Room for the line that ends a recording. */
const endBytes = 1024;

/** At which it is ended. */
type WritingLimits = Pick<RecordingLimits, 'unpackedBytes' | 'moments'>;

export class RecordingWriter {
  private before: typeof nothing = nothing;
  private unpacked = 0;
  private written = 0;
  private taken = 0;
  private fails: Problem | null = null;
  private hasNoRoom = false;

  private constructor(
    private readonly file: number,
    private readonly path: string,
    private readonly limits: WritingLimits,
  ) {}

  /**
   * Begins with the first sample, so that a target that can't be read leaves no file behind, and a
   * file that is overwritten stays what it was until something is there to take its place.
   *
   * @param overwrite whether a file may be there already
   */
  static begin(
    path: string,
    first: Readings,
    at: string,
    { overwrite, limits = recordingLimits }: { overwrite: boolean; limits?: WritingLimits },
  ): Result<RecordingWriter> {
    const { target, source } = first;
    if (source === 'recording') {
      return fail('unsupported-format', target, `${target} is a recording already.`);
    }
    const header: RecordingHeader = {
      format: 'klpscope/recording',
      version: 1,
      target,
      source,
      started: at,
      app: version,
    };
    const isThere = overwrite && existsSync(path);
    const place = behindLinks(path);
    const draft = isThere ? `${place}.${process.pid}.new` : path;
    let writer: RecordingWriter | null = null;
    try {
      // Readings name processes and their command lines: not for everybody on this machine.
      writer = new RecordingWriter(openSync(draft, 'wx', 0o600), path, limits);
      writer.put(header);
      writer.add(first, at);
      if (isThere) renameSync(draft, place);
      if (writer.fails) {
        writer.close();
        return { ok: false, problem: writer.fails };
      }
      return succeed(writer);
    } catch (error) {
      writer?.close();
      if (isThere) rmSync(draft, { force: true });
      return { ok: false, problem: writeProblem(path, error) };
    }
  }

  /** Samples, and moments at which the host was lost. */
  get moments(): number {
    return this.taken;
  }

  /** On disk. */
  get bytes(): number {
    return this.written;
  }

  /** Nothing but its end fits in any more. */
  get isFull(): boolean {
    return this.hasNoRoom || this.taken >= this.limits.moments;
  }

  /** Why it can't be written any more, such as a full disk; null: it can. */
  get problem(): Problem | null {
    return this.fails;
  }

  /** Adds a sample, or why there was none. One that has no room is left out: the file is full. */
  add(sample: Readings | Problem, at: string): void {
    const isSample = 'files' in sample;
    this.put(isSample ? sampleLine(this.before, sample, at) : { at, lost: { ...sample } });
    if (this.hasNoRoom) return;
    if (isSample) this.before = sample;
    this.taken += 1;
  }

  end(reason: EndReason, at: string): void {
    this.put({ at, end: reason });
    this.close();
  }

  private put(line: RecordingHeader | SampleLine | LostLine | EndLine): void {
    if (this.fails) return;
    const text = `${JSON.stringify(line)}\n`;
    const bytes = Buffer.byteLength(text);
    const room = this.limits.unpackedBytes - ('end' in line ? 0 : endBytes);
    this.hasNoRoom ||= this.unpacked + bytes > room;
    if (this.hasNoRoom && !('end' in line)) return;
    try {
      const packed = gzipSync(text);
      let done = 0;
      while (done < packed.length) done += writeSync(this.file, packed, done);
      this.unpacked += bytes;
      this.written += packed.length;
    } catch (error) {
      this.fails = writeProblem(this.path, error);
    }
  }

  private close(): void {
    closeSync(this.file);
  }
}

function writeProblem(path: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EEXIST') {
    return { code: 'invalid-content', path, message: `${path} is there already.` };
  }
  const why = error instanceof Error ? error.message : String(error);
  return { code: 'permission-denied', path, message: `${path} could not be written: ${why}.` };
}
