import { describe, expect, it } from 'vitest';
import { parseTarget } from './target';

const ssh = (user: string | null, host: string, port: number | null) => ({
  kind: 'ssh',
  user,
  host,
  port,
});

/** Section 3 of the design: what a TARGET is. */
describe('a target', () => {
  it.each([
    ['local', { kind: 'local' }],
    ['dir:/srv/capture', { kind: 'directory', path: '/srv/capture' }],
    ['dir:a.tar.gz', { kind: 'directory', path: 'a.tar.gz' }],
    ['dir:local', { kind: 'directory', path: 'local' }],
    ['demo', { kind: 'demo', scenario: null }],
    ['demo:database', { kind: 'demo', scenario: 'database' }],
    ['demo:', { kind: 'demo', scenario: '' }],
    ['demo:x.json', { kind: 'scenario', path: 'x.json' }],
    ['demo:X.JSON', { kind: 'scenario', path: 'X.JSON' }],
    ['demo:./stories/x', { kind: 'scenario', path: './stories/x' }],
    [String.raw`demo:C:\x`, { kind: 'scenario', path: String.raw`C:\x` }],
    ['demo:x.json.txt', { kind: 'demo', scenario: 'x.json.txt' }],
    ['/a/b.klprec', { kind: 'file', path: '/a/b.klprec' }],
    ['b.KLPREC', { kind: 'file', path: 'b.KLPREC' }],
    ['/a/b.tar', { kind: 'file', path: '/a/b.tar' }],
    ['b.tar.gz', { kind: 'file', path: 'b.tar.gz' }],
    ['b.tgz', { kind: 'file', path: 'b.tgz' }],
    ['b.tar.xz', { kind: 'file', path: 'b.tar.xz' }],
    ['~/b.TXZ', { kind: 'file', path: '~/b.TXZ' }],
    ['b.tar.zst', { kind: 'file', path: 'b.tar.zst' }],
    ['b.tbz', { kind: 'file', path: 'b.tbz' }],
    ['/srv/renamed', { kind: 'file', path: '/srv/renamed' }],
    ['./capture', { kind: 'file', path: './capture' }],
    ['~/capture', { kind: 'file', path: '~/capture' }],
    ['sub/renamed.bin', { kind: 'file', path: 'sub/renamed.bin' }],
    ['./-', { kind: 'file', path: './-' }],
    [String.raw`C:\capture`, { kind: 'file', path: String.raw`C:\capture` }],
    ['story.json', { kind: 'file', path: 'story.json' }],
    ['-', { kind: 'input' }],
    ['db1', ssh(null, 'db1', null)],
    ['root@db1', ssh('root', 'db1', null)],
    ['db1:2222', ssh(null, 'db1', 2222)],
    ['root@db1.example:1', ssh('root', 'db1.example', 1)],
    ['db1:65535', ssh(null, 'db1', 65_535)],
    ['localhost', ssh(null, 'localhost', null)],
    ['ssh://root@db1:22', ssh('root', 'db1', 22)],
    ['ssh://db1/', ssh(null, 'db1', null)],
    ['ssh://local', ssh(null, 'local', null)],
    ['[::1]', ssh(null, '::1', null)],
    ['root@[fe80::1%eth0]:22', ssh('root', 'fe80::1%eth0', 22)],
    ['ssh://[2001:db8::A]:2222', ssh(null, '2001:db8::A', 2222)],
    ['archive.tar.gz.host', ssh(null, 'archive.tar.gz.host', null)],
  ])('%s', (text, expected) => {
    expect(parseTarget(text)).toEqual({ ok: true, value: { text, ...expected } });
  });

  it.each([
    ['', 'not-found', null],
    ['dir:', 'not-found', 'needs a path'],
    ['db1\0', 'not-found', 'NUL'],
    ['db1:0', 'not-found', 'between 1 and 65535'],
    ['db1:65536', 'not-found', 'between 1 and 65535'],
    ['db1:123456', 'not-found', 'is no target'],
    ['db1:', 'not-found', 'is no target'],
    ['db1:ssh', 'not-found', 'is no target'],
    ['::1', 'not-found', 'is no target'],
    ['[::1', 'not-found', 'is no target'],
    ['[db 1]', 'not-found', 'is no target'],
    ['a@b@c', 'not-found', 'is no target'],
    ['@db1', 'not-found', 'is no target'],
    ['db 1', 'not-found', 'is no target'],
    // OpenSSH would take these for options.
    ['-oProxyCommand=x', 'not-found', 'can’t begin with “-”'],
    ['root@-oProxyCommand=x', 'not-found', 'can’t begin with “-”'],
    ['-l@db1', 'not-found', 'can’t begin with “-”'],
    ['ssh://-oProxyCommand=x', 'not-found', 'can’t begin with “-”'],
  ])('is not %j', (text, code, why) => {
    expect(parseTarget(text)).toMatchObject({
      ok: false,
      problem: { code, message: expect.stringContaining(why ?? 'No target') },
    });
  });
});
