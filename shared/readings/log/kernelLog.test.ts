import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKernelLog } from './kernelLog';

/** From a captured 6.12, shortened. */
const captured = [
  '[    0.000000] Linux version 6.12.117+deb12-cloud-amd64 (debian-kernel@lists.debian.org)',
  '[    7.303378] lp_one: loading out-of-tree module taints kernel.',
  '[    7.304706] lp_one: tainting kernel with TAINT_LIVEPATCH',
  "[    7.319935] livepatch: enabling patch 'lp_one'",
  "[    7.340450] livepatch: 'lp_one': starting patching transition",
  '[   12.959045] livepatch: klp_try_switch_task: cat:219 is sleeping on function klp_busy_wait_d',
  '[   28.008936] livepatch: signaling remaining tasks',
  '[   29.000000] virtio_net virtio0 eth0: renamed',
  '',
].join('\n');

describe('parseKernelLog', () => {
  it('takes the lines about livepatches out of a log', () => {
    const { entries, lastSeconds } = parseKernelLog(captured);
    expect(entries).toMatchObject([
      {
        seconds: 7.304706,
        line: 3,
        text: 'lp_one: tainting kernel with TAINT_LIVEPATCH',
        event: { kind: 'tainted', module: 'lp_one' },
      },
      {
        seconds: 7.319935,
        line: 4,
        text: "livepatch: enabling patch 'lp_one'",
        event: { kind: 'enabling', patch: 'lp_one' },
      },
      {
        seconds: 7.34045,
        line: 5,
        text: "livepatch: 'lp_one': starting patching transition",
        event: { kind: 'starting', patch: 'lp_one', direction: 'patching' },
      },
      {
        seconds: 12.959045,
        line: 6,
        text: 'livepatch: klp_try_switch_task: cat:219 is sleeping on function klp_busy_wait_d',
        event: {
          kind: 'thread-not-switched',
          comm: 'cat',
          tid: 219,
          why: 'sleeping',
          function: 'klp_busy_wait_d',
        },
      },
      {
        seconds: 28.008936,
        line: 7,
        text: 'livepatch: signaling remaining tasks',
        event: { kind: 'signaling' },
      },
    ]);
    expect(lastSeconds).toBe(29);
  });

  it('reads a log without a final newline, and one with CRLF', () => {
    const line = '[    1.500000] livepatch: signaling remaining tasks';
    const entry = { seconds: 1.5, line: 1, event: { kind: 'signaling' } };
    expect(parseKernelLog(line).entries).toMatchObject([entry]);
    expect(parseKernelLog(`${line}\r\n${line}\r\n`).entries).toMatchObject([
      entry,
      { ...entry, line: 2 },
    ]);
  });

  it('has no seconds where the log has only dates', () => {
    const log = parseKernelLog(
      'Nov 21 04:58:55 db1 kernel: livepatch: signaling remaining tasks\n',
    );
    expect(log.entries).toMatchObject([{ seconds: null, event: { kind: 'signaling' } }]);
    expect(log.lastSeconds).toBeNull();
  });

  it('finds the last stamp behind lines that have none', () => {
    expect(parseKernelLog('[    3.250000] a\nno stamp\n\n').lastSeconds).toBe(3.25);
  });

  it.each(['', '\n', 'x'])('finds nothing in %j', (text) => {
    expect(parseKernelLog(text)).toMatchObject({ entries: [], lastSeconds: null });
  });

  it('keeps a line of the core that it does not know', () => {
    expect(parseKernelLog('[    1.000000] livepatch: something new\n').entries).toMatchObject([
      { seconds: 1, line: 1, text: 'livepatch: something new', event: { kind: 'other' } },
    ]);
  });

  it('makes no entry of lines that only mention livepatches', () => {
    const text =
      '[    1.000000] audit: comm="livepatch: \'a\': patching complete"\n' +
      "Nov 21 04:58:55 db1 app[7]: livepatch: 'a': patching complete\n" +
      '[    2.000000] Modules linked in: livepatch_sample(OEK)\n';
    expect(parseKernelLog(text).entries).toEqual([]);
  });

  it('cuts a line that no kernel prints', () => {
    const [entry] = parseKernelLog(`livepatch: ${'x'.repeat(100_000)}`).entries;
    expect(entry?.text).toHaveLength(4096);
    expect(entry?.event).toEqual({ kind: 'other' });
  });

  it('numbers lines as they stand in the log', () => {
    const line = fc.constantFrom(
      '',
      'noise',
      '[    1.000000] livepatch: x',
      'livepatch: y',
      'a livepatch',
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const expected = lines
          .map((text, index) => ({ text, line: index + 1 }))
          .filter(({ text }) => /livepatch: [xy]$/.test(text))
          .map((each) => each.line);
        const { entries } = parseKernelLog(lines.join('\n'));
        expect(entries.map((entry) => entry.line)).toEqual(expected);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseKernelLog(text)).not.toThrow();
        expect(() => parseKernelLog(`[ ${text} livepatch: ${text}`)).not.toThrow();
      }),
    );
  });

  it.each([
    ['stamped lines', '[    0.015195] ACPI: APIC 0x000000001FFE216D 000078 (v01 BOCHS)\n'],
    ['lines without a stamp', 'Nov 21 04:58:55 db1 sshd[123]: session opened for user root\n'],
    ['blockers', '[   12.9] livepatch: klp_try_switch_task: cat:219 is running\n'],
    ['one endless line', ' a'],
    ['brackets', '[]'],
    ['one endless quote', "livepatch: applying patch 'a' to loading module '"],
  ])('reads ten megabytes of %s to the end', (_, piece) => {
    // Work that grows with the square of that is a hundred million million steps, and never ends.
    const text = piece.repeat(Math.ceil(10_000_000 / piece.length));
    const { entries, lastSeconds } = parseKernelLog(
      `${text}\n[  77.000000] livepatch: 'a': patching complete\n`,
    );
    expect(entries.at(-1)).toMatchObject({ seconds: 77, event: { patch: 'a' } });
    expect(lastSeconds).toBe(77);
  });
});
