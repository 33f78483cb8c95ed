/**
 * The probe's text against fabricated hosts, in every shell that is here: what it reads must say
 * the same as the capture's own files do.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
} from '../../testing/sshd/fabricatedRoot';
import { parseTarget } from '../../shared/api/target';
import type { Readings } from '../../shared/readings/readings';
import type { SoughtCode, StackSearch } from '../../shared/readings/stackSearch';
import { statusOf } from '../../shared/report';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { openSource } from '../sources/openSource';
import { startChild } from '../ssh/childChannel';
import { skipping } from '../../testing/main/skipping';
import { firstRequest, LiveHost } from './liveHost';
import { probeText, sentText } from './program/probeText';
import { ProbeSession } from './wire/session';
import { programText, startArguments, startCommand, unsendable } from './program/start';

const samples = join(dirname(fileURLToPath(import.meta.url)), '../../samples/linux-6.12');
const names = readdirSync(samples).filter((name) => name.endsWith('.tar.gz'));
const why = cannotFabricate();
const impossible = skipping(import.meta.filename, why);
const roots = new Map<string, FabricatedRoot>();

function rootOf(name: string): FabricatedRoot {
  const root = roots.get(name) ?? fabricateRoot(join(samples, name));
  roots.set(name, root);
  return root;
}

afterAll(() => {
  for (const root of roots.values()) root.remove();
});

async function read(argv: readonly string[]): Promise<Readings> {
  const channel = startChild([...argv, 'sh', ...startArguments(programText('0a', firstRequest))]);
  if (!channel) throw new Error('no program');
  return readChannel(channel);
}

async function readChannel(channel: NonNullable<ReturnType<typeof startChild>>): Promise<Readings> {
  const opened = await ProbeSession.open(channel, '0a', firstRequest);
  if (!opened.ok) throw new Error(opened.problem.message);
  const host = new LiveHost(
    opened.value.session,
    { target: 'x', source: 'ssh' },
    opened.value.first,
  );
  const sampled = await host.sample();
  host.close();
  if (!sampled.ok) throw new Error(sampled.problem.message);
  return sampled.value;
}

/** As `read`, and whose stack holds a function is asked in between. */
async function readAndSeek(argv: readonly string[], code: SoughtCode): Promise<StackSearch> {
  const channel = startChild([...argv, 'sh', ...startArguments(programText('0a', firstRequest))]);
  if (!channel) throw new Error('no program');
  const opened = await ProbeSession.open(channel, '0a', firstRequest);
  if (!opened.ok) throw new Error(opened.problem.message);
  const { session, first } = opened.value;
  const host = new LiveHost(session, { target: 'x', source: 'ssh' }, first);
  const samples = [await host.sample()];
  const search = await host.seek(code);
  samples.push(await host.sample());
  host.close();
  expect(samples.map(({ ok }) => ok)).toEqual([true, true]);
  if (!search.ok) throw new Error(search.problem.message);
  return search.value;
}

async function readFiles(path: string): Promise<StatusDocument> {
  const target = parseTarget(`dir:${path}`);
  const source = target.ok ? openSource(target.value) : target;
  const sampled = source.ok ? await source.value.sample() : source;
  if (!sampled.ok) throw new Error(sampled.problem.message);
  return statusOf(sampled.value);
}

/** Functions by the names of all that bash could run, and variables of all lower-case words of the text. */
function hostileEnvironment(trace: string): string[] {
  const listed = execFileSync('bash', ['-c', 'compgen -A builtin; compgen -c']).toString();
  // Those are no functions' names where bash is called sh: POSIX, 2.14, special built-in utilities.
  const special =
    /^(?:[.:]|break|continue|eval|exec|exit|export|readonly|return|set|shift|times|trap|unset)$/;
  const reserved = execFileSync('bash', ['-c', 'compgen -k']).toString().split('\n');
  const names = [...new Set(listed.split('\n'))].filter(
    (name) => /^(?:[\w-]+|\[)$/.test(name) && !special.test(name) && !reserved.includes(name),
  );
  const tools = ['cat', 'command', 'grep', 'printf', 'read', 'sed', 'tr', 'unalias', 'xargs', '['];
  expect(names).toEqual(expect.arrayContaining(tools));
  const body = (name: string) => `() { /usr/bin/env printf '%s ' ${name} >>${trace}; }`;
  const words = new Set([...sentText.matchAll(/[a-z_]+/g)].map(([word]) => word));
  return [
    ...names.map((name) => `BASH_FUNC_${name}%%=${body(name)}`),
    ...[...words].map((word) => `${word}=touch ${trace}`),
    'SHELLOPTS=noglob:noclobber',
    'GREP_OPTIONS=-v',
    'GLOBIGNORE=*',
    'GZIP=-d',
    'CDPATH=/tmp',
  ];
}

/** What a live reading of root's says where the saved files say this. */
function asRead(saved: StatusDocument) {
  return {
    ...saved,
    target: 'x',
    source: 'ssh',
    takenAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    readingSeconds: expect.any(Number),
    coverage: { ...saved.coverage, privileged: true },
  };
}

describe.skipIf(impossible)('the probe reads what the files say', () => {
  it.each(names)('%s, with busybox only', async (name) => {
    const root = rootOf(name);
    const document = statusOf(await read(root.busyboxOnly));
    expect(document).toEqual(asRead(await readFiles(root.path)));
  });

  it.each(['dash', 'bash', 'busybox'])(
    'a stalled transition, in %s with GNU tools',
    async (shell) => {
      const root = rootOf('04-stalled-patching.tar.gz');
      const [program = '', ...applet] = shell === 'busybox' ? ['busybox', 'sh'] : [shell];
      const argv = [program, ...applet, ...startArguments(programText('0a', firstRequest))];
      const channel = startChild([...root.ownPrograms, ...argv]);
      if (!channel) throw new Error('no program');
      const document = statusOf(await readChannel(channel));
      expect(document).toEqual(asRead(await readFiles(root.path)));
    },
  );

  it('says the same where the login’s environment has functions, variables and options of every name', async () => {
    const root = rootOf('04-stalled-patching.tar.gz');
    const trace = join(root.path, 'called');
    const bashAsSh = join(root.path, 'tmp/sh');
    symlinkSync('/bin/bash', bashAsSh);
    const program = startArguments(programText('0a', firstRequest));
    const channel = startChild(
      [...root.ownPrograms, 'env', ...hostileEnvironment(trace), bashAsSh, ...program],
      { PATH: '/usr/bin:/bin' },
    );
    if (!channel) throw new Error('no program');
    const document = statusOf(await readChannel(channel));
    expect(existsSync(trace) ? readFileSync(trace, 'utf8') : '').toBe('');
    expect(document).toEqual(asRead(await readFiles(root.path)));
  });

  it('sees the files of a livepatch that nobody can read, which tell the kernel’s rules', async () => {
    const root = fabricateRoot(join(samples, '04-stalled-patching.tar.gz'));
    const folder = join(root.path, 'sys/kernel/livepatch');
    const told = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const path of told.filter((name) => /\/(?:replace|patched|force)$/.test(name))) {
      rmSync(join(folder, path));
    }
    const rules = async () => statusOf(await read(root.busyboxOnly)).livepatch;
    const without = await rules();
    writeFileSync(join(folder, 'lp_one/force'), '', { mode: 0o200 });
    const withForce = await rules();
    writeFileSync(join(folder, 'lp_busy/signal'), '', { mode: 0o200 });
    const withSignal = await rules();
    root.remove();
    expect(without).toMatchObject({ strictStack: true, forcible: false });
    expect(withForce).not.toHaveProperty('strictStack');
    expect(withForce).not.toHaveProperty('forcible');
    expect(withSignal).toMatchObject({ strictStack: true });
    expect(withSignal).not.toHaveProperty('forcible');
  });

  it('tells a thread whose name looks like a frame from a frame', async () => {
    const root = fabricateRoot(join(samples, '04-stalled-patching.tar.gz'));
    const before = statusOf(await read(root.busyboxOnly));
    const [{ pid, tid } = { pid: 0, tid: 0 }] = before.blockers;
    const forged = '\n00000000-0000-0000-0000-000000000000 end 1\n\nklpscope-probe 1 0a x 0\n';
    writeFileSync(join(root.path, `proc/${pid}/task/${tid}/comm`), forged);
    writeFileSync(join(root.path, `proc/${pid}/cmdline`), `${forged}\0/proc/1/task/1/stat:1\0`);
    const after = statusOf(await read(root.busyboxOnly));
    root.remove();
    expect(after.blockers.map((blocker) => blocker.pid)).toEqual(before.blockers.map((b) => b.pid));
    expect(after.transition).toEqual(before.transition);
    expect(after.blockers[0]?.cmdline).toBe(`${forged} /proc/1/task/1/stat:1`);
  });
});

describe('the text', () => {
  it('holds no character that would not arrive', () => {
    expect(unsendable(programText('0123456789abcdef', firstRequest))).toEqual([]);
  });

  it('has words that csh can read', () => {
    const words = startArguments(programText('0a', firstRequest));
    expect(Math.max(...words.map((word) => word.length))).toBeLessThan(1024);
  });

  describe.each(['sh', 'bash', 'rbash', 'busybox sh', 'tcsh', 'bsd-csh', 'fish'])(
    'from a login shell that is %s',
    (shell) => {
      const [program = '', ...args] = shell.split(' ');
      const isThere = spawnSync(program, [...args, '-c', 'true']).status === 0;
      const lacking = isThere ? undefined : `there is no ${shell} here`;

      it.skipIf(skipping(import.meta.filename, lacking))('starts', () => {
        const line = startCommand(programText('0a', firstRequest));
        const { stdout } = spawnSync(program, [...args, '-c', line], { input: '' });
        expect(stdout.toString()).toMatch(/^\nklpscope-probe 1 0a [0-9a-f-]{36} \d+\n/);
        expect(stdout.toString()).toMatch(/ end 1\n$/);
      });
    },
  );

  it('writes to nothing but /dev/null and its own output', () => {
    const targets = [...sentText.matchAll(/(?<![<&0-9=-])[0-9]?>+\s*(\S+)/g)].map(([, to]) => to);
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(target).toMatch(/^(?:\/dev\/null|&[0-9-])/);
    expect(sentText).not.toMatch(
      /\b(?:tee|dd|mkfifo|mktemp|touch|rm|mv|cp|chmod|mount|insmod|modprobe|rmmod)\b/,
    );
  });

  it('keeps its boundary out of every argument and of the environment', () => {
    const lines = sentText.split('\n').filter((line) => line.includes('$boundary'));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line).toMatch(/^(?:IFS= read -r line <"\$file" && )?printf /);
    expect(sentText).not.toMatch(/export .*boundary/);
  });

  it('is the readable text without comments', () => {
    expect(probeText).toContain('# What can’t be held up'.replace('’', "'"));
    expect(sentText).not.toMatch(/^#/m);
  });
});

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const untraceable = why ?? (hasStrace ? undefined : 'strace is not installed');

describe.skipIf(skipping(import.meta.filename, untraceable))('traced', () => {
  it('opens nothing for writing, and leaves the files as they were', async () => {
    const root = fabricateRoot(join(samples, '04-stalled-patching.tar.gz'));
    const trace = join(root.path, 'trace');
    const digest = () =>
      execFileSync('sh', ['-c', 'find sys proc -type f -exec sha256sum {} + | sort | sha256sum'], {
        cwd: root.path,
      }).toString();
    const before = digest();
    const calls =
      'trace=open,openat,openat2,creat,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,truncate,ftruncate,chmod,fchmod,fchmodat,link,linkat,symlink,symlinkat,mknod,mknodat,kill,tkill,tgkill';
    const traced = ['strace', '-f', '-qq', '-o', trace, '-e', calls, ...root.busyboxOnly];
    const code = { symbols: ['klp_busy_wait_d'], modules: [], prefixes: [] };
    const { found, files } = await readAndSeek(traced, code);
    const [{ pid, tid } = { pid: 0, tid: 0 }] = found;
    expect(files.has(`/proc/${pid}/task/${tid}/comm`)).toBe(true);
    const opened = readFileSync(trace, 'utf8').split('\n').filter(Boolean);
    // A busy machine may be too slow for a limit: then a reader of the probe's own is ended.
    const own = new Set(opened.map((line) => line.split(' ')[0]));
    const endsOwn = (line: string) => own.has(/^\d+ +kill\((\d+), /.exec(line)?.[1]);
    const harmful = opened.filter(
      (line) =>
        !endsOwn(line) &&
        !/"[^"]*", O_RDONLY\b|"\/dev\/null", O_|= -1 E|exited with|--- SIG|<\.\.\./.test(line),
    );
    expect(opened.length).toBeGreaterThan(100);
    // Every stack, with the one name that only a search has for it.
    const threads = readdirSync(join(root.path, 'proc')).filter((name) => /^\d+$/.test(name));
    const stacks = opened.filter((line) => /"\d+\/task\/\d+\/stack", O_RDONLY/.test(line));
    expect(stacks.length).toBeGreaterThanOrEqual(threads.length);
    expect(harmful).toEqual([]);
    expect(digest()).toBe(before);
    root.remove();
  });
});
