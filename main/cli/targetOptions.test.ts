/** What the options of a target's commands mean, and which of them go with which target. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { klpscope } from '../../testing/main/cli';
import { hostFolder, temporaryFolder } from '../../testing/main/folders';
import { readTargetArguments, secondsOf, type TargetValues } from './targetOptions';

function meaningOf(target: string, values: TargetValues) {
  return readTargetArguments('status', [target], values);
}

function keyFile(): string {
  const path = join(temporaryFolder(), 'id');
  writeFileSync(path, '');
  return path;
}

describe('options of a live host', () => {
  it.each([
    ['db1', { sudo: true }, { sudo: true }],
    ['local', { sudo: true }, { sudo: true }],
    ['db1', { transport: 'ssh2' }, { transport: 'ssh2' }],
    ['db1', { transport: 'openssh' }, { transport: 'openssh' }],
    ['db1', { 'accept-new': true }, { acceptNew: true }],
    ['db1', { timeout: '2.5' }, { timeoutMs: 2500 }],
    ['db1', {}, {}],
  ] satisfies [string, TargetValues, object][])('%s with %j', (target, values, live) => {
    expect(meaningOf(target, values)).toMatchObject({ options: { live } });
    expect(meaningOf(target, values)).toHaveProperty('options.live', live);
  });

  it('--identity is the file, which must be there', () => {
    const path = keyFile();
    expect(meaningOf('db1', { identity: path })).toHaveProperty('options.live', { identity: path });
    expect(meaningOf('db1', { identity: `${path}-not` })).toEqual({
      command: 'status',
      usage: `--identity: ${path}-not does not exist.`,
    });
  });

  it.each(['status', 'watch', 'record', 'what-if'])(
    '%s refuses them elsewhere',
    async (command) => {
      const target = `dir:${hostFolder({ '/proc/uptime': '1.00 1.00\n' })}`;
      const more = {
        record: ['-o', join(temporaryFolder(), 'x.klprec')],
        'what-if': ['--disable', 'x'],
      }[command];
      for (const [args, warning] of [
        [['--transport', 'ssh2'], '--transport goes with a host, not with dir:'],
        [['--identity', keyFile()], '--identity goes with a host, not with dir:'],
        [['--accept-new'], '--accept-new goes with a host, not with dir:'],
        [['--sudo'], '--sudo goes with a live host, not with dir:'],
      ] as const) {
        const ended = await klpscope([command, target, ...args, ...(more ?? [])]);
        expect(ended).toMatchObject({ status: 64, stdout: '' });
        expect(ended.stderr.join()).toContain(warning);
        expect(ended.stderr.join()).toContain(`klpscope ${command} --help`);
      }
    },
  );

  it.each([
    ['local', ['--transport', 'ssh2'], '--transport goes with a host, not with local'],
    ['local', ['--accept-new'], '--accept-new goes with a host, not with local'],
    ['demo', ['--sudo'], '--sudo goes with a live host, not with demo'],
    ['x.klprec', ['--sudo'], '--sudo goes with a live host, not with x.klprec'],
    ['db1', ['--transport', 'telnet'], '--transport is ssh2 or openssh.'],
  ])('status %s %j is wrong', async (target, args, warning) => {
    const ended = await klpscope(['status', target, ...args]);
    expect(ended).toMatchObject({ status: 64, stdout: '' });
    expect(ended.stderr.join()).toContain(warning);
  });
});

describe('--verbose', () => {
  it('writes each step to standard error, nowhere else, and nothing that a terminal obeys', () => {
    const meaning = meaningOf('db1', { verbose: true });
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    if ('options' in meaning) meaning.options.trace?.('said \u001b[31m');
    const written = write.mock.calls.map(([line]) => String(line));
    write.mockRestore();
    expect(written).toEqual([expect.stringMatching(/^ *\d+\.\d{3} said \\x1b\[31m\n$/)]);
  });

  it('is off unless it is asked for', () => {
    expect(meaningOf('db1', {})).not.toHaveProperty('options.trace');
  });
});

describe('--log and whom to ask', () => {
  it('reach the source', () => {
    const wanted = meaningOf('db1', { log: '/var/log/x' });
    expect(wanted).toMatchObject({ options: { log: '/var/log/x' } });
    expect(wanted).toHaveProperty('options.ask');
    expect(meaningOf('db1', {})).not.toHaveProperty('options.log');
  });
});

describe('seconds', () => {
  it.each([
    ['1', 1],
    ['0.5', 0.5],
    ['86400', 86_400],
    ['1e2', 100],
    ['86401', NaN],
    ['0', NaN],
    ['-1', NaN],
    ['', NaN],
    [' ', NaN],
    ['soon', NaN],
    ['1s', NaN],
    ['Infinity', NaN],
    [undefined, null],
  ])('%j are %d', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });

  it('are a minute for --timeout where none are given', () => {
    expect(meaningOf('db1', {})).toMatchObject({ timeoutSeconds: 60 });
    expect(meaningOf('db1', { timeout: '7' })).toMatchObject({ timeoutSeconds: 7 });
  });
});
