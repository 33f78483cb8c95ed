/** Reads values out of readings, and notes as a problem whatever stood in the way. */
import type { Problem, ProblemCode } from '../base/problem';
import type { FileReading, Missing, Readings } from '../readings/readings';
import { capText, visible } from '../base/text';

/** Characters of a wrong content that a problem message quotes. */
const quoted = 40;

export class ReadingsReader {
  readonly problems: Problem[] = [];
  private readonly noted = new Set<string>();

  constructor(readonly readings: Readings) {}

  /**
   * A file's text, cut content included; null where there is none. Being absent is no problem by
   * itself: kernels differ. Every other reason is noted.
   */
  text(path: string): string | null {
    const reading = this.readings.files.get(path);
    if (!reading) return null;
    if ('text' in reading) {
      if (reading.truncated) {
        this.note(
          'truncated',
          path,
          `${visible(path)} is longer than is read; the rest was left out.`,
        );
      }
      return reading.text;
    }
    this.noteMissing(path, reading.missing, reading.detail);
    return null;
  }

  /** A parsed file; content that the parser refuses is noted and unknown. */
  value<T>(path: string, parse: (text: string) => T | null, expected: string): T | null {
    const text = this.text(path);
    if (text === null) return null;
    const value = parse(text);
    if (value === null) {
      this.note(
        'invalid-content',
        path,
        `${visible(path)} ${describeContent(text)}; expected is ${expected}.`,
      );
    }
    return value;
  }

  /** As `value`, for a file that every kernel with livepatching has: being absent is noted too. */
  required<T>(path: string, parse: (text: string) => T | null, expected: string): T | null {
    const reading = this.readings.files.get(path);
    if (!reading || ('missing' in reading && reading.missing === 'absent')) {
      this.note('not-found', path, `${visible(path)} is missing.`);
      return null;
    }
    return this.value(path, parse, expected);
  }

  exists(path: string): boolean {
    const reading = this.readings.files.get(path);
    return reading !== undefined && !('missing' in reading && reading.missing === 'absent');
  }

  /** Names of the folders in a folder; null where it could not be listed. */
  foldersIn(path: string): string[] | null {
    const reading = this.readings.folders.get(path);
    if (!reading) return null;
    if ('entries' in reading) {
      return reading.entries
        .filter(({ kind }) => kind === 'folder')
        .map(({ name }) => name)
        .sort();
    }
    this.noteMissing(path, reading.missing, reading.detail);
    return null;
  }

  note(code: ProblemCode, path: string | null, message: string): void {
    const key = `${code} ${path}`;
    if (this.noted.has(key)) return;
    this.noted.add(key);
    this.problems.push({ code, path, message });
  }

  private noteMissing(path: string, missing: Missing, detail: string | undefined): void {
    const shown = visible(path);
    const why = detail === undefined ? '' : ` (${visible(capText(detail, 200))})`;
    switch (missing) {
      case 'absent':
        return;
      case 'denied':
        return this.note(
          'permission-denied',
          path,
          `${shown} may not be read by this login${why}.`,
        );
      case 'vanished':
        return this.note('vanished', path, `${shown} was gone when it was read${why}.`);
      case 'timed-out':
        return this.note('timeout', path, `${shown} did not answer in time${why}.`);
      case 'link':
        return this.note(
          'invalid-content',
          path,
          `${shown} is a symbolic link that leads out of the tree or nowhere; it was not followed${why}.`,
        );
      case 'unreadable':
        return this.note('invalid-content', path, `${shown} could not be read${why}.`);
    }
  }
}

function describeContent(text: string): string {
  if (text.trim() === '') return 'is empty';
  const short = capText(text.trim(), quoted);
  return `holds “${visible(short)}”${short.length < text.trim().length ? ' and more' : ''}`;
}

/** The text of a file among readings without noting anything. */
export function plainText(readings: Readings, path: string): string | null {
  const reading: FileReading | undefined = readings.files.get(path);
  return reading && 'text' in reading ? reading.text : null;
}
