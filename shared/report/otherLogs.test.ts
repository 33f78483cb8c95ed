/** The log of one stalled transition, as other people's tools write it down; forms with where they are defined. */
import { describe, expect, it } from 'vitest';
import { livepatch, readingsOf, thread } from '../../testing/shared/memoryTree';
import { statusOf } from './status';

const said = [
  "livepatch: enabling patch 'a'",
  "livepatch: 'a': starting patching transition",
  'livepatch: signaling remaining tasks',
];
const hostWith = (log: string) => {
  const moving = livepatch('a', { vmlinux: ['f,1'] }, { transition: '1' });
  return statusOf(readingsOf({ ...moving, ...thread(7), '/sos_commands/kernel/dmesg': log }));
};
const stamp = (index: number) => `[   4${index}.869949]`;

describe('a log', () => {
  it.each<[string, (message: string, index: number) => string]>([
    // Documentation/ABI/testing/dev-kmsg: the caller's tag, and key/value lines behind a record.
    [
      '/dev/kmsg with callers',
      (m, i) => `6,33${i},4${i}869949,-,caller=T123;${m}\n SUBSYSTEM=module\n DEVICE=+module:a`,
    ],
    // kernel/printk/printk.c, print_caller and print_syslog.
    ['/dev/console with callers', (m, i) => `<6>${stamp(i)}[    C0] ${m}`],
    // kubernetes/cri-api, docs of the CRI logging format: date, stream, tag.
    [
      'a container runtime',
      (m, i) => `2016-10-06T00:17:0${i}.669794202Z stdout F ${stamp(i)} ${m}`,
    ],
    // kubectl logs --prefix --timestamps.
    ['kubectl', (m, i) => `[pod/debugger/shell] 2026-09-14T03:50:1${i}.1234567Z ${stamp(i)} ${m}`],
    // RFC 5424, 6.5, and RFC 6587, 3.4.1 (octet counting).
    [
      'RFC 5424',
      (m, i) => `<6>1 2003-10-11T22:14:1${i}.003Z host kernel - - [meta sequenceId="${i}"] ${m}`,
    ],
    ['RFC 6587', (m, i) => `83 <6>1 2003-10-11T22:14:1${i}.003Z host kernel - - - ${m}`],
    // siderolabs/talos, talosctl dmesg.
    ['Talos', (m, i) => `172.20.0.2: kern:    info: [2026-09-14T03:50:1${i}.681635Z]: ${m}`],
    // OpenWrt, logread.
    ['OpenWrt', (m, i) => `Mon Sep 14 03:50:1${i} 2026 kern.info kernel: ${stamp(i)} ${m}`],
    // util-linux, sys-utils/dmesg.c: names of days and months are those of the locale.
    ['dmesg -T in Chinese', (m, i) => `[三 9月 16 16:19:3${i} 2026] ${m}`],
    ['less -N', (m, i) => `      ${i} ${stamp(i)} ${m}`],
    ['a diff', (m, i) => `+${stamp(i)} ${m}`],
    ['a list', (m, i) => `* ${stamp(i)} ${m}`],
    ['a terminal that fills its lines', (m, i) => `${stamp(i)} ${m}   `],
  ])('of %s is understood', (_, form) => {
    const { findings, problems } = hostWith(`${said.map(form).join('\n')}\n`);
    expect(findings.map(({ code }) => code)).toContain('transition-stalled');
    expect(problems.map(({ code }) => code)).not.toContain('not-understood');
  });

  it.each([
    // What Elastic's shippers write (ECS), and objects without anything.
    ['another tool’s JSON', `{"@timestamp":"2026-09-14T03:50:12Z","message":"${said[2]}"}\n`],
    ['JSON that says nothing', '{}\n'],
    ['JSON that is cut at once', '{"'],
    ['an export without messages', '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1757814612869949\n\n'],
    ['dmesg that was not allowed', 'dmesg: read kernel buffer failed: Operation not permitted\n'],
    ['journalctl that found nothing', '-- No entries --\n'],
  ])('that is %s is a problem, not an empty log', (_, log) => {
    const { findings, problems } = hostWith(log);
    expect(findings.map(({ code }) => code)).not.toContain('transition-stalled');
    const told = problems.find(({ code }) => code === 'not-understood');
    expect(told?.message).toContain('No line of /sos_commands/kernel/dmesg');
  });
});
