/** Whatever a host holds: a document that keeps its contract, and text that keeps its promises. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { livepatch, readingsOf, thread, type Files } from '../../testing/shared/memoryTree';
import { statusOf } from './status';
import { statusDocumentSchema } from './statusDocument';
import { renderStatusText as textOf } from './statusText';
import { columnsOf } from './text/columns';

describe('any host', () => {
  const name = fc.oneof(
    fc.constantFrom('livepatch_a', 'livepatch_b', 'vmlinux', 'ext4', 'cat'),
    fc
      .string({ unit: 'binary', minLength: 1, maxLength: 200 })
      .map((text) => text.replaceAll(/[/\0]/g, '_')),
  );
  const attribute = fc.constantFrom('0', '1', '1', '2', '', '-1', '99999999999999999999');
  const livepatches = fc
    .tuple(
      name,
      fc.dictionary(name, fc.array(name, { maxLength: 4 }), { maxKeys: 3 }),
      fc.record({
        enabled: attribute,
        transition: attribute,
        replace: attribute,
        stack_order: attribute,
      }),
    )
    .map(([patch, objects, attributes]) => livepatch(patch, objects, attributes));
  const threads = fc
    .record({
      tid: fc.integer({ min: 1, max: 400 }),
      state: fc.constantFrom('0', '1', '-1', '7', ''),
      comm: name,
      letter: fc.constantFrom('R', 'S', 'D', 'T', 'I', 'Z', '?'),
      kthread: fc.boolean(),
      stack: fc.option(
        fc.array(
          fc.oneof(fc.constantFrom('cmdline_proc_show+0x1/0x2', '0xffffffffc0a1b2c3'), name),
          { maxLength: 24 },
        ),
      ),
    })
    .map(({ tid, ...files }) => thread(tid, files));
  const others = fc.dictionary(
    fc.constantFrom(
      '/proc/modules',
      '/proc/uptime',
      '/proc/sys/kernel/hostname',
      '/proc/sys/kernel/osrelease',
      '/proc/sys/kernel/tainted',
      '/sos_commands/kernel/dmesg',
      '/sys/module/livepatch_old/taint',
      '/sys/module/livepatch_old/refcnt',
      '/sys/module/livepatch_old/initstate',
      '/sys/kernel/tracing/enabled_functions',
    ),
    fc.oneof(
      fc.constantFrom('K\n', '0\n', '1\n', 'live\n', '7.00 1.00\n'),
      fc.constant("[    5.000000] livepatch: 'livepatch_a': starting patching transition\n"),
      fc.string({ unit: 'binary', maxLength: 200 }),
    ),
    { maxKeys: 6 },
  );
  const hosts = fc
    .tuple(fc.array(livepatches, { maxLength: 4 }), fc.array(threads, { maxLength: 80 }), others)
    .map((parts): Files => Object.assign({ '/sys/kernel/': '' }, ...parts.flat()));

  it('becomes a document that keeps its contract, and text that no terminal obeys', () => {
    fc.assert(
      fc.property(hosts, fc.integer({ min: 40, max: 200 }), (files, width) => {
        const status = statusDocumentSchema.parse(statusOf(readingsOf(files)));
        const text = textOf(status, { width, colour: false, unicode: true });
        expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        expect(text).not.toMatch(/\b(?:null|undefined:|NaN|\[object)\b/);
        const coloured = textOf(status, { width, colour: true, unicode: true });
        expect(coloured.replace(/\u001b\[[\d;]+m/g, '')).toBe(text);
        expect(textOf(status, { width, colour: false, unicode: false })).toMatch(
          /^[\x20-\x7e\n]+$/,
        );
      }),
    );
  });

  it('fits the width with names of ordinary length', () => {
    const short = hosts.filter((files) => !/[^\x20-\x7e\n\0]/.test(JSON.stringify(files)));
    fc.assert(
      fc.property(short, fc.integer({ min: 72, max: 120 }), (files, width) => {
        const status = statusOf(readingsOf(files));
        const limit = Math.min(width, 100);
        const long = textOf(status, { width, colour: false, unicode: true })
          .split('\n')
          .filter((line) => columnsOf(line) > limit && !/\S{30}/.test(line));
        expect(long).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
