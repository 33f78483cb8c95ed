/** One line that tells which host this is and how far its state could be seen. */
import { demoNote, isOfDemo } from '../demoMark';
import type { StatusDocument } from '../statusDocument';
import type { Page } from './page';
import { caps, joined, whole, words, type Span } from './spans';

export function putHostFacts(page: Page, status: StatusDocument): void {
  const { host, coverage, takenAt, target, recording } = status;
  const slowly = lengthOf(status.readingSeconds);
  const facts: Span[][] = [
    [host.name === null ? whole('host’s name unknown') : whole(host.name, 'strong')],
    [host.kernel === null ? whole('kernel unknown') : whole(`Linux ${host.kernel}`)],
    [whole(host.uptimeSeconds === null ? 'uptime unknown' : `up ${duration(host.uptimeSeconds)}`)],
  ];
  page.put(joined(facts, ` ${page.glyphs.dot} `), { indent: 2 });
  const reading: Span[][] = [
    [whole(target, 'quiet', caps.path)],
    [whole(rightsOf(coverage.privileged), 'quiet')],
    ...(takenAt === null ? [] : [[whole(`taken ${takenAt}`, 'quiet')]]),
    ...(slowly === null ? [] : [[whole(`within ${slowly}`, 'quiet')]]),
  ];
  page.put(joined(reading, ` ${page.glyphs.dot} `), { indent: 2 });
  if (recording) {
    const from: Span[][] = [
      [words('recorded of ', 'quiet'), whole(recording.target, 'quiet', caps.path)],
      [whole(`since ${recording.started}`, 'quiet')],
    ];
    page.put(joined(from, ` ${page.glyphs.dot} `), { indent: 2 });
  }
  if (isOfDemo(status)) page.put([words(demoNote, 'strong')], { indent: 2 });
}

/** Seconds from which on a reading is of a span rather than of a moment. */
const longReading = 2;

function lengthOf(seconds: number | undefined): string | null {
  return seconds === undefined || seconds < longReading ? null : duration(seconds);
}

function rightsOf(privileged: boolean | null): string {
  if (privileged === null) return 'unknown whether read as root';
  return privileged ? 'read as root' : 'not read as root';
}

/** `3 d 4 h`, `12 min 5 s`: the two largest units. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    { count: Math.floor(whole / 86_400), unit: 'd' },
    { count: Math.floor(whole / 3600) % 24, unit: 'h' },
    { count: Math.floor(whole / 60) % 60, unit: 'min' },
    { count: whole % 60, unit: 's' },
  ];
  const first = parts.findIndex(({ count }) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ count, unit }) => `${count} ${unit}`)
    .join(' ');
}
