/** Every form of log tells the same: three lines about a livepatch, and one behind them. */
import { describe, expect, it } from 'vitest';
import { parseKernelLog } from './kernelLog';
import { secondsBetween } from './wallClock';

const messages = [
  "livepatch: enabling patch 'a'",
  "livepatch: 'a': starting patching transition",
  'livepatch: signaling remaining tasks',
  'usb 1-1: new device',
];
const kinds = ['enabling', 'starting', 'signaling'];
const at = ['600.100000', '600.200000', '615.200000', '690.000000'];
const micro = at.map((stamp) => stamp.replace('.', ''));
/** 600 s after the boot at 03:40:00. */
const clock = ['03:50:00', '03:50:00', '03:50:15', '03:51:30'];

type Row = (message: string, index: number) => string;
const log = (row: Row, order: readonly number[] = [0, 1, 2, 3]) =>
  order.map((index) => row(messages[index] ?? '', index)).join('\n');
const stamped: Row = (message, index) => `[  ${at[index]}] ${message}`;
const boot = '0123456789abcdef0123456789abcdef';

const journal = (message: unknown, index: number) => ({
  __CURSOR: 's=1;i=2',
  __REALTIME_TIMESTAMP: `1757830${micro[index]}`,
  __MONOTONIC_TIMESTAMP: `9${micro[index]}`,
  _SOURCE_MONOTONIC_TIMESTAMP: micro[index],
  _BOOT_ID: boot,
  _TRANSPORT: 'kernel',
  SYSLOG_IDENTIFIER: 'kernel',
  PRIORITY: '5',
  MESSAGE: message,
});
const bytes = (message: string) => Array.from(message, (character) => character.charCodeAt(0));
const records = messages.map((message, index) => journal(message, index));
/** An entry of the export format; a message as bytes has its length before it. */
const exported = (message: string, index: number, isBinary: boolean) =>
  [
    ...Object.entries(journal('', index)).flatMap(([name, value]) =>
      name === 'MESSAGE' ? [] : [`${name}=${String(value)}`],
    ),
    ...(isBinary
      ? ['MESSAGE', `${String.fromCharCode(message.length)}\0\0\0\0\0\0\0${message}`]
      : [`MESSAGE=${message}`]),
    '',
  ].join('\n');
const dmesgJson = {
  dmesg: messages.map((msg, index) => ({ pri: 5, time: Number(at[index]), msg })),
};

describe('a log with seconds since boot', () => {
  it.each([
    ['dmesg', log(stamped)],
    ['dmesg -x', log((message, index) => `kern  :notice: ${stamped(message, index)}`)],
    ['dmesg -r', log((message, index) => `<5>${stamped(message, index)}`)],
    ['dmesg -J', JSON.stringify(dmesgJson)],
    ['dmesg -J, spread over lines', JSON.stringify(dmesgJson, null, 3)],
    ['dmesg -J, cut', JSON.stringify(dmesgJson, null, 3).slice(0, -3)],
    [
      'dmesg in colours',
      log((message, index) => `\u001b[32m[  ${at[index]}] \u001b[0m\u001b[1m${message}\u001b[0m`),
    ],
    [
      '/dev/kmsg',
      log((message, index) => `5,100${index},${micro[index]},-;${message}\n SUBSYSTEM=usb`),
    ],
    [
      '/dev/kmsg with a caller',
      log((message, index) => `5,100${index},${micro[index]},-,caller=T1;${message}`),
    ],
    ['journalctl -o json', records.map((record) => JSON.stringify(record)).join('\n')],
    [
      'journalctl -o json with bytes',
      messages.map((message, index) => JSON.stringify(journal(bytes(message), index))).join('\n'),
    ],
    [
      'journalctl -o json-pretty',
      records.map((record) => JSON.stringify(record, null, '\t')).join('\n'),
    ],
    [
      'journalctl -o json-seq',
      records.map((record) => `\u001e${JSON.stringify(record)}`).join('\n'),
    ],
    [
      'journalctl -o json-sse',
      records.map((record) => `data: ${JSON.stringify(record)}\n`).join('\n'),
    ],
    ['journalctl -o json in a list', JSON.stringify(records)],
    ['journalctl -o export', log((message, index) => exported(message, index, false))],
    ['journalctl -o export with bytes', log((message, index) => exported(message, index, true))],
    [
      'journalctl -o verbose',
      log(
        (message, index) =>
          `Mon 2026-09-14 ${clock[index]}.100000 CEST [s=1;i=2;b=${boot};m=${Number(micro[index]).toString(16)};t=64;x=1]\n    _TRANSPORT=kernel\n    MESSAGE=${message}`,
      ),
    ],
    [
      'journalctl -o short-monotonic',
      log((message, index) => `[  ${at[index]}] db1 kernel: ${message}`),
    ],
    [
      'journalctl -r',
      log((message, index) => `[  ${at[index]}] db1 kernel: ${message}`, [3, 2, 1, 0]),
    ],
    [
      'syslog',
      log((message, index) => `Sep 14 ${clock[index]} db1 kernel: ${stamped(message, index)}`),
    ],
    [
      'syslog with words of facility',
      log(
        (message, index) =>
          `Sep 14 ${clock[index]} db1 kern.notice kernel: ${stamped(message, index)}`,
      ),
    ],
    [
      'logread of OpenWrt',
      log(
        (message, index) =>
          `Mon Sep 14 ${clock[index]} 2026 kern.notice kernel: ${stamped(message, index)}`,
      ),
    ],
    [
      'RFC 3164',
      log((message, index) => `<5>Sep 14 ${clock[index]} db1 kernel: ${stamped(message, index)}`),
    ],
    [
      'RFC 5424',
      log(
        (message, index) =>
          `<5>1 2026-09-14T${clock[index]}.1+02:00 db1 kernel - - - ${stamped(message, index)}`,
      ),
    ],
    [
      'RFC 5424 with data',
      log(
        (message, index) =>
          `<5>1 2026-09-14T${clock[index]}Z db1 kernel 1 x [a@1 b="c"][d@2] \u{feff}${stamped(message, index)}`,
      ),
    ],
    [
      'CRI',
      log(
        (message, index) =>
          `2026-09-14T${clock[index]}.123456789Z stdout F ${stamped(message, index)}`,
      ),
    ],
    [
      'kubectl --timestamps',
      log((message, index) => `2026-09-14T${clock[index]}.123456789Z ${stamped(message, index)}`),
    ],
    [
      'kubectl --prefix',
      log((message, index) => `[pod/node-debugger-x/debugger] ${stamped(message, index)}`),
    ],
    ['docker compose', log((message, index) => `node-1  | ${stamped(message, index)}`)],
    [
      'a container’s file',
      log((message, index) =>
        JSON.stringify({
          log: `${stamped(message, index)}\n`,
          stream: 'stdout',
          time: `2026-09-14T${clock[index]}Z`,
        }),
      ),
    ],
    ['ts', log((message, index) => `Sep 14 ${clock[index]} ${stamped(message, index)}`)],
    ['grep -n', log((message, index) => `${index + 7}:${stamped(message, index)}`)],
    ['grep -H', log((message, index) => `/var/log/kern.log:${stamped(message, index)}`)],
    [
      'grep -Hn',
      log(
        (message, index) =>
          `kern.log.1:${index}:Sep 14 ${clock[index]} db1 kernel: ${stamped(message, index)}`,
      ),
    ],
    ['grep -C', log((message, index) => `/var/log/kern.log-${stamped(message, index)}`)],
    ['cat -n', log((message, index) => `     ${index}\t${stamped(message, index)}`)],
    ['indented', log((message, index) => `      ${stamped(message, index)}`)],
    ['quoted', log((message, index) => `> > ${stamped(message, index)}`)],
    ['CRLF', `${log(stamped).replaceAll('\n', '\r\n')}\r\n`],
    ['a mark of the byte order', `\u{feff}${log(stamped)}`],
  ])('%s', (_, text) => {
    const { entries, lastSeconds, lines, earlierBoots } = parseKernelLog(text);
    expect(entries.map(({ event }) => event.kind)).toEqual(kinds);
    expect(entries.map(({ seconds }) => seconds)).toEqual([600.1, 600.2, 615.2]);
    expect(lastSeconds).toBe(690);
    expect(lines.understood).toBeGreaterThan(0);
    expect(earlierBoots).toBe(0);
  });
});

describe('a log with dates', () => {
  it.each([
    ['journalctl', log((message, index) => `Sep 14 ${clock[index]} db1 kernel: ${message}`)],
    [
      'journalctl -o short-iso',
      log((message, index) => `2026-09-14T${clock[index]}+0200 db1 kernel: ${message}`),
    ],
    [
      'journalctl -o short-full',
      log((message, index) => `Mon 2026-09-14 ${clock[index]} CEST db1 kernel: ${message}`),
    ],
    [
      'journalctl -o short-unix',
      log((message, index) =>
        `17578302${[10, 10, 25, 100][index]}.346909 db1 kernel: ${message}`.replace(
          '17578302100',
          '1757830300',
        ),
      ),
    ],
    [
      'journalctl -r',
      log(
        (message, index) => `2026-09-14T${clock[index]}+0200 db1 kernel: ${message}`,
        [3, 2, 1, 0],
      ),
    ],
    ['dmesg -T', log((message, index) => `[Mon Sep 14 ${clock[index]} 2026] ${message}`)],
    [
      'dmesg --time-format iso',
      log((message, index) => `2026-09-14T${clock[index]},346909+02:00 ${message}`),
    ],
    [
      'RFC 5424',
      log(
        (message, index) => `<5>1 2026-09-14T${clock[index]}.3+02:00 db1 kernel - - - ${message}`,
      ),
    ],
    [
      'a date with spaces',
      log((message, index) => `2026-09-14 ${clock[index]} db1 kernel: ${message}`),
    ],
    [
      'a new year',
      log(
        (message, index) =>
          `${index < 3 ? 'Dec 31 23:59' : 'Jan  1 00:01'}:${['00', '00', '15', '0'][index]?.padEnd(2, '0')} db1 kernel: ${message}`,
      ).replace('00:01:00', '00:00:30'),
    ],
  ])('%s', (_, text) => {
    const { entries, lastWall } = parseKernelLog(text);
    expect(entries.map(({ event }) => event.kind)).toEqual(kinds);
    const start = entries[1]?.wall;
    expect(start && lastWall && secondsBetween(start, lastWall)).toBeCloseTo(90);
  });

  it('dmesg --human, which is exact within a minute', () => {
    const stamps = ['[Sep14 03:50]', '[  +0.100000]', '[ +15.000000]', '[ +20.000000]'];
    const { entries, lastWall } = parseKernelLog(
      log((message, index) => `${stamps[index]} ${message}`),
    );
    expect(entries.map(({ event }) => event.kind)).toEqual(kinds);
    const start = entries[1]?.wall;
    expect(start && lastWall && secondsBetween(start, lastWall)).toBeCloseTo(35);
  });
});

describe('a log without stamps', () => {
  it('has the same events', () => {
    const { entries, lines } = parseKernelLog(log((message) => message));
    expect(entries.map(({ event }) => event.kind)).toEqual(kinds);
    expect(lines.understood).toBe(3);
  });

  it.each([
    'milk\nbread\n',
    '<html><body>Not found</body></html>',
    '{"a": {"b": 1}}',
    'Name: x\nState: S\n',
  ])('and is not understood where none is the kernel’s: %j', (text) => {
    expect(parseKernelLog(text)).toMatchObject({ entries: [], lines: { understood: 0 } });
  });
});

describe('another program’s words', () => {
  it.each([
    ['in syslog', `Sep 14 03:50:00 db1 app[7]: ${messages[0]}`],
    ['in syslog, with a stamp', `Sep 14 03:50:00 db1 app[7]: [  600.1] ${messages[0]}`],
    ['in RFC 5424', `<5>1 2026-09-14T03:50:00Z db1 app 7 - - ${messages[0]}`],
    ['in the journal', JSON.stringify({ ...journal(messages[0], 0), _TRANSPORT: 'stdout' })],
    [
      'in the journal, by its name',
      JSON.stringify({ MESSAGE: messages[0], SYSLOG_IDENTIFIER: 'app' }),
    ],
  ])('are not the kernel’s: %s', (_, text) => {
    expect(parseKernelLog(text).entries).toEqual([]);
  });
});

describe('boots', () => {
  const first = '[    0.000000] Linux version 6.8.0-44-generic (buildd@x)';
  const forcing = '[86400.000000] livepatch: forcing remaining tasks to the patched state';
  const second = ["[   20.000000] livepatch: enabling patch 'b'", '[   22.000000] x'];

  it.each([
    ['by the kernel’s first line', [forcing, first, ...second]],
    ['by a stamp that jumps back', [forcing, ...second]],
    [
      'by journalctl’s line',
      [forcing, '-- Reboot --', "[90000.000000] livepatch: enabling patch 'b'"],
    ],
    ['by journalctl’s line with a number', [forcing, `-- Boot ${boot} --`, ...second]],
    [
      'by dates alone',
      [
        'Sep  1 10:00:00 db1 kernel: livepatch: forcing remaining tasks to the patched state',
        'Sep  3 08:00:00 db1 kernel: Linux version 6.8 (x)',
        "Sep  3 08:00:00 db1 kernel: livepatch: enabling patch 'b'",
      ],
    ],
    [
      'newest first',
      [...second.toReversed(), first, forcing, '[86300.000000] x', '[86200.000000] x'],
    ],
  ])('are told apart %s', (_, lines) => {
    const { entries, earlierBoots } = parseKernelLog(lines.join('\n'));
    expect(entries.map(({ event }) => event.kind)).toEqual(['enabling']);
    expect(earlierBoots).toBe(1);
  });

  it('are told apart by journald, which may ask for an earlier one', () => {
    const other = 'f'.repeat(32);
    const text = [journal(messages[0], 0), { ...journal(messages[2], 1), _BOOT_ID: other }]
      .map((record) => JSON.stringify(record))
      .join('\n');
    const kindsOf = (id: string | null) =>
      parseKernelLog(text, id).entries.map(({ event }) => event.kind);
    expect(kindsOf(null)).toEqual(['signaling']);
    expect(kindsOf(boot)).toEqual(['enabling']);
    expect(parseKernelLog(text).bootId).toBe(other);
  });

  it('are one where the clocks of CPUs differ a little', () => {
    const { entries, release } = parseKernelLog(
      [
        first,
        "[   20.500000] livepatch: enabling patch 'b'",
        '[   20.499990] x',
        '[   19.0] y',
      ].join('\n'),
    );
    expect(entries).toHaveLength(1);
    expect(release).toBe('6.8.0-44-generic');
  });
});

describe('the time between two dates', () => {
  const utc = (seconds: number) => ({ seconds, clock: 'utc' });
  it('is known where the clock is the same', () => {
    expect(secondsBetween(utc(10), utc(100))).toBe(90);
    expect(secondsBetween(utc(10), { seconds: 100, clock: 'CEST' })).toBeNull();
    expect(secondsBetween(utc(100), utc(10))).toBeNull();
  });

  const local = (text: string) => ({ seconds: Date.parse(`${text}Z`) / 1000, clock: 'local' });
  it('is unknown where summer time may have begun', () => {
    // 29 March 2026 is a Sunday.
    expect(secondsBetween(local('2026-03-29T01:59:00'), local('2026-03-29T03:01:00'))).toBeNull();
    expect(secondsBetween(local('2026-03-30T01:59:00'), local('2026-03-30T03:01:00'))).toBe(3720);
    expect(secondsBetween(local('2026-03-29T01:58:00'), local('2026-03-29T01:59:00'))).toBe(60);
  });
});
