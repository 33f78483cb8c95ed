/** Takes the lines of a recording one by one, and checks each. */
import type { z } from 'zod';
import { fail, succeed, type Problem, type Result } from '../../base/problem';
import { capText, visible } from '../../base/text';
import {
  endLineSchema,
  lostLineSchema,
  recordingHeaderSchema,
  recordingLimits,
  sampleLineSchema,
  type EndLine,
  type LostLine,
  type RecordingHeader,
  type RecordingLimits,
  type SampleLine,
} from './format';
import type { RecordedLines } from './recording';
import { Weight } from './weight';

export class LineReader {
  private header: RecordingHeader | null = null;
  private refusal: Problem | null = null;
  private readonly moments: (SampleLine | LostLine)[] = [];
  private hasSample = false;
  private end: EndLine | null = null;
  private readonly problems: Problem[] = [];
  private lines = 0;
  private readonly weight = new Weight();

  /** @param path of the file, for messages */
  constructor(
    private readonly path: string,
    private readonly limits: RecordingLimits = recordingLimits,
  ) {}

  /** @returns whether further lines are wanted */
  take(text: string): boolean {
    this.lines += 1;
    if (this.end !== null) return text.trim() === '' || this.goesOn();
    if (text.length > this.limits.line) return this.stopAtSize('is too long');
    if (mayHoldMoreValues(text, 2 * this.limits.values)) {
      return this.stopAtSize('holds too many values');
    }
    const json = parseJson(text);
    if (hasMoreValues(json, this.limits.values)) return this.stopAtSize('holds too many values');
    if (this.header === null) return this.begin(json);
    const line = isRecord(json) ? json : {};
    if ('end' in line) {
      const parsed = endLineSchema.safeParse(json);
      if (!parsed.success) return this.stop(firstMistake(parsed.error));
      this.end = parsed.data;
      return true;
    }
    const parsed = ('lost' in line ? lostLineSchema : sampleLineSchema).safeParse(json);
    return parsed.success ? this.keep(parsed.data) : this.stop(firstMistake(parsed.error));
  }

  /** The file is damaged, or larger than what is read: what was taken counts. */
  breakOff(problem: Problem): void {
    this.problems.push(problem);
  }

  result(): Result<RecordedLines> {
    const { header, refusal, moments, end, problems, path } = this;
    if (refusal) return { ok: false, problem: refusal };
    const [first] = problems;
    if (header === null) {
      const why = first ? ` ${first.message}` : ' It holds nothing.';
      return fail('unsupported-format', path, `${visible(path)} is no recording.${why}`);
    }
    if (!this.hasSample && first?.code === 'too-large') return { ok: false, problem: first };
    if (!this.hasSample) {
      const without = `${visible(path)} holds no sample`;
      if (first) return fail(first.code, path, `${without}: ${first.message}`);
      return fail('truncated', path, `${without}: it was ${end ? 'ended' : 'cut off'} before one.`);
    }
    return succeed({
      header,
      moments,
      end,
      problems: end || first ? problems : [this.cutOff(moments.at(-1)?.at ?? header.started)],
    });
  }

  /** As where several recordings were put one behind the other. */
  private goesOn(): false {
    this.breakOff({
      code: 'invalid-content',
      path: this.path,
      message: `${visible(this.path)} goes on behind its end, at line ${this.lines}; that is left out. Of several recordings in one file, take each apart.`,
    });
    return false;
  }

  private cutOff(at: string): Problem {
    const message = `The recording was not ended: what came after ${at} is not in it.`;
    return { code: 'truncated', path: this.path, message };
  }

  private begin(json: unknown): boolean {
    const parsed = recordingHeaderSchema.safeParse(json);
    if (parsed.success) {
      this.header = parsed.data;
      return true;
    }
    const isOurs = isRecord(json) && json['format'] === 'klpscope/recording';
    const isNewer = isOurs && json['version'] !== 1;
    const why = isNewer
      ? `of version ${visible(capText(JSON.stringify(json['version'] ?? null), 20))}; this program reads version 1`
      : 'wrong';
    this.refusal = {
      code: isOurs && !isNewer ? 'invalid-content' : 'unsupported-format',
      path: this.path,
      message: isOurs
        ? `${visible(this.path)} is a recording whose header is ${why}${isNewer ? '' : ` (${firstMistake(parsed.error)})`}.`
        : `${visible(this.path)} is no recording: its first line is none of a recording.`,
    };
    return false;
  }

  private keep(line: SampleLine | LostLine): boolean {
    // What was lost before anything was known says nothing.
    if ('lost' in line && !this.hasSample) return true;
    if (this.moments.length >= this.limits.moments) {
      this.breakOff({
        code: 'too-large',
        path: this.path,
        message: `${visible(this.path)} holds more than ${this.limits.moments} samples; only so many are read.`,
      });
      return false;
    }
    if (!('lost' in line)) {
      const excess = this.weight.add(line);
      if (excess !== null) return this.stopAtSize(`leads to ${excess}`);
      if (this.weight.work > this.limits.work) {
        return this.stopAtSize('makes the recording take too long to go through');
      }
    }
    this.hasSample = true;
    this.moments.push(line);
    return true;
  }

  private stop(why: string): false {
    return this.stopAt('invalid-content', `: ${why}`);
  }

  private stopAtSize(why: string): false {
    return this.stopAt('too-large', ` ${why}`);
  }

  private stopAt(code: Problem['code'], why: string): false {
    const message = `${visible(this.path)}, line ${this.lines}${why}. What follows is left out.`;
    this.breakOff({ code, path: this.path, message });
    return false;
  }
}

/**
 * Counted before anything is parsed, which takes much more memory than the text does: a comma or a bracket
 * stands before each value but one, and before none where a list is empty.
 */
function mayHoldMoreValues(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let isInString = false;
  let seen = 1;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') isInString = !isInString;
    else if (isInString) at += sign === '\\' ? 1 : 0;
    else if (sign === ',' || sign === '[' || sign === '{') seen += 1;
    if (seen > limit) return true;
  }
  return false;
}

/** Counted before anything is checked: checking copies each value. */
function hasMoreValues(json: unknown, limit: number): boolean {
  const open: unknown[] = [json];
  let seen = 0;
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    seen += 1;
    if (seen + open.length > limit) return true;
    if (typeof value === 'object' && value !== null)
      for (const one of Object.values(value)) open.push(one);
  }
  return false;
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstMistake({ issues: [issue] }: z.ZodError): string {
  const place = issue?.path.map(String).join('.') ?? '';
  return capText(
    visible(`${place === '' ? 'the line' : place}: ${issue?.message ?? 'wrong'}`),
    300,
  );
}
