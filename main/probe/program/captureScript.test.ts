/** A capture of a fabricated host says the same as the host's own files, and leaves nothing else. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cannotFabricate,
  fabricateRoot,
  type FabricatedRoot,
} from '../../../testing/sshd/fabricatedRoot';
import { hold } from '../../../testing/sshd/probedHost';
import { parseTarget } from '../../../shared/api/target';
import { statusOf } from '../../../shared/report';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { openSource } from '../../sources/openSource';
import { klpscope } from '../../../testing/main/cli';
import { skipping } from '../../../testing/main/skipping';
import { captureScript } from './captureScript';

const samples = join(dirname(fileURLToPath(import.meta.url)), '../../../samples/linux-6.12');
const impossible = skipping(import.meta.filename, cannotFabricate());

async function read(text: string): Promise<StatusDocument> {
  const target = parseTarget(text);
  const source = target.ok ? openSource(target.value) : target;
  const sampled = source.ok ? await source.value.sample() : source;
  if (!sampled.ok) throw new Error(sampled.problem.message);
  return statusOf(sampled.value);
}

function groupOf(leader: number | undefined): string[] {
  const groups = execFileSync('ps', ['-eo', 'pgid=']).toString().split('\n');
  return groups.filter((group) => Number(group) === leader);
}

describe.skipIf(impossible)('the capture script', () => {
  let root: FabricatedRoot;
  const fabricate = (sample: string) => {
    root = fabricateRoot(join(samples, `${sample}.tar.gz`));
    writeFileSync(join(root.path, 'capture.sh'), captureScript);
  };
  const inRoot = (path: string) => join(root.path, path);
  /** As a login has it that lets everybody read what it writes. */
  const command = (...args: readonly string[]) => [
    ...root.busyboxOnly,
    'sh',
    '-c',
    'umask 022; exec sh /capture.sh "$@"',
    'sh',
    ...args,
  ];
  const shells: Readonly<Record<string, () => readonly string[]>> = {
    'busybox only': () => [...root.busyboxOnly, 'sh', '/capture.sh'],
    'dash with GNU tools': () => [...root.ownPrograms, 'dash', inRoot('capture.sh')],
    'bash with GNU tools': () => [...root.ownPrograms, 'bash', inRoot('capture.sh')],
  };
  const capture = (...args: readonly string[]) => {
    const [program = '', ...words] = command(...args);
    return execFileSync(program, words).toString();
  };
  /** Sizes by path. */
  const contents = (archive: string) => {
    const listed = execFileSync('tar', ['-tvf', archive]).toString().trimEnd().split('\n');
    const sizes = listed.map((line): [string, number] => {
      const [, size = '', path = ''] = /^\S+ +\S+ +(\d+) \S+ \S+ \.(.*)$/.exec(line) ?? [];
      return [path, Number(size)];
    });
    return new Map(sizes);
  };
  afterEach(() => root.remove());

  it.each(['04-stalled-patching', '14-stalled-atomic-replace', '17-forced-disable', '01-none'])(
    'saves %s',
    async (name) => {
      fabricate(name);
      const [patch] = readdirSync(inRoot('sys/kernel/livepatch'));
      if (patch !== undefined) {
        // As 4.15 to 5.0 have it: nobody can read it, and that it is there tells.
        writeFileSync(join(inRoot('sys/kernel/livepatch'), patch, 'signal'), '');
      }
      expect(capture('/out.tar.gz')).toBe('/out.tar.gz\n');
      expect(readdirSync(inRoot('tmp'))).toEqual([]);
      const { target, source, ...captured } = await read(inRoot('out.tar.gz'));
      const { target: _target, source: _source, ...own } = await read(`dir:${root.path}`);
      expect(captured).toEqual(own);
      expect({ target, source }).toEqual({ target: inRoot('out.tar.gz'), source: 'archive' });
    },
  );

  it.each(Object.entries(shells))(
    'saves all threads where that is asked for, with %s',
    async (name, shell) => {
      fabricate('03-two-stacked');
      const kprobes = inRoot('sys/kernel/debug/kprobes/list');
      mkdirSync(dirname(kprobes), { recursive: true });
      writeFileSync(kprobes, 'ffffffff81234560  k  do_sys_open+0x0    [DISABLED]\n');
      const place = name.startsWith('busybox') ? '/out.tar.gz' : inRoot('out.tar.gz');
      const [program, ...words] = [...shell(), '--all-threads', place];
      expect(execFileSync(program, words).toString()).toBe(`${place}\n`);
      const saved = contents(inRoot('out.tar.gz'));
      expect(saved.get('/sys/kernel/debug/kprobes/list')).toBe(statSync(kprobes).size);
      expect(saved.has('/sys/kernel/tracing/enabled_functions')).toBe(true);

      const asked = ['--replace-with', join(root.path, 'functions'), '--json'];
      // Where most of its threads sleep.
      writeFileSync(join(root.path, 'functions'), 'vmlinux:worker_thread\nvmlinux:do_sys_poll\n');
      const whatIf = async (target: string) => {
        const { stdout } = await klpscope(['what-if', target, ...asked]);
        const { target: _, ...answer } = JSON.parse(stdout);
        return answer;
      };
      const ofFiles = await whatIf(`dir:${root.path}`);
      expect(ofFiles.wouldBlock.length).toBeGreaterThan(5);
      expect(ofFiles.unchecked).toBe(ofFiles.running);
      expect(await whatIf(inRoot('out.tar.gz'))).toEqual(ofFiles);
    },
  );

  it.each(Object.entries(shells))('refuses what it does not know, with %s', (_, shell) => {
    fabricate('01-none');
    const [program, ...words] = [...shell(), '--every-thread'];
    const { status, stderr, stdout } = spawnSync(program, words, { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'usage: sh capture.sh [--all-threads] [ARCHIVE.tar.gz]\n',
    });
    expect(readdirSync(inRoot('tmp'))).toEqual([]);
  });

  describe('of a stalled transition', () => {
    beforeEach(() => fabricate('04-stalled-patching'));

    it('writes an archive that nobody else on the host may read', () => {
      capture('/out.tar.gz');
      // Command lines of all users' processes are in it.
      expect(statSync(inRoot('out.tar.gz')).mode & 0o777).toBe(0o600);
    });

    it('names the archive after host and time, compressed where it can be', () => {
      const named = /^klpscope-[\w.-]+-\d{8}T\d{6}Z\.(\S+)\n$/;
      mkdirSync(inRoot('elsewhere'));
      const [, packed] = named.exec(capture()) ?? [];
      rmSync(inRoot('bin/gzip'));
      const printed = capture();
      const [, plain] = named.exec(printed) ?? [];
      expect({ packed, plain }).toEqual({ packed: 'tar.gz', plain: 'tar' });
      expect(contents(inRoot(printed.trim())).has('/proc/modules')).toBe(true);
    });

    it('removes what it has put together, also where it is interrupted', async () => {
      const held = hold(inRoot('proc/uptime'));
      const [program = '', ...words] = command('/out.tar.gz');
      const script = spawn(program, words, { detached: true, stdio: 'ignore' });
      const ended = new Promise((resolve) => script.once('close', resolve));
      await held.awaitReader();
      // The shell opens the file itself, and waits for the program that reads it only then.
      await expect.poll(() => groupOf(script.pid)).toHaveLength(2);
      const [work = ''] = readdirSync(inRoot('tmp'));
      expect(statSync(join(inRoot('tmp'), work)).mode & 0o777).toBe(0o700);
      // As Ctrl-C at a terminal does it: all that runs there is told.
      process.kill(-(script.pid ?? 0), 'SIGINT');
      expect(await ended).toBe(1);
      expect(readdirSync(inRoot('tmp'))).toEqual([]);
      expect(readdirSync(root.path)).not.toContain('out.tar.gz');
    });

    it('takes no more of one file than anybody reads', () => {
      const much = 'x'.repeat(200_000);
      const before = contents((capture('/before.tar.gz'), inRoot('before.tar.gz')));
      const stack = [...before.keys()].find((path) => path.endsWith('/stack')) ?? '';
      const thread = stack.slice(0, -'/stack'.length);
      const process = thread.slice(0, thread.indexOf('/task/'));
      for (const path of [`${thread}/comm`, stack, `${process}/cmdline`]) {
        writeFileSync(inRoot(path), much);
      }
      writeFileSync(inRoot('proc/sys/kernel/hostname'), much);
      writeFileSync(inRoot('sys/kernel/livepatch/lp_one/enabled'), much);
      capture('/out.tar.gz');
      const sizes = contents(inRoot('out.tar.gz'));
      expect(sizes.get(`${thread}/comm`)).toBe(65_536);
      expect(sizes.get(stack)).toBe(65_536);
      expect(sizes.get(`${process}/cmdline`)).toBe(65_536);
      expect(sizes.get('/proc/sys/kernel/hostname')).toBe(4096);
      expect(sizes.get('/sys/kernel/livepatch/lp_one/enabled')).toBe(4096);
    });

    it('takes details of 200 blocking threads, and the state and stack of all', () => {
      const tids = Array.from({ length: 250 }, (_, index) => 900_000 + index);
      for (const tid of tids) {
        const folder = inRoot(`proc/${tid}/task/${tid}`);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'patch_state'), '0\n');
        writeFileSync(join(folder, 'comm'), 'busy\n');
        writeFileSync(join(folder, 'stack'), '[<0>] busy_read_d+0x1/0x2 [klp_busy]\n');
      }
      capture('/out.tar.gz');
      const paths = [...contents(inRoot('out.tar.gz')).keys()];
      const of = (name: string) => paths.filter((path) => path.endsWith(`/${name}`));
      expect(of('comm')).toHaveLength(200);
      const stacks = of('stack');
      for (const tid of tids) expect(stacks).toContain(`/proc/${tid}/task/${tid}/stack`);
      const states = of('patch_state');
      for (const tid of tids) expect(states).toContain(`/proc/${tid}/task/${tid}/patch_state`);
      // Those that are done have no more than their state.
      expect(states.length).toBeGreaterThan(250);
    });
  });
});
