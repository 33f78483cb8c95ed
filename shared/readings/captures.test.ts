import { createReadStream, readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { unitOfCgroup } from './files/cgroup';
import { parseFtraceFunctions } from './files/ftrace';
import { parseBootId, parseModuleTaint, parseTaint, parseUptime } from './files/hostFacts';
import { parseKernelLog } from './log/kernelLog';
import { parseModules } from './files/modules';
import { parsePatchState } from './files/patchState';
import { parseProcStat } from './files/procStat';
import { parseProcStatus } from './files/procStatus';
import { parseStack } from './files/stack';
import { parseFlag, parseFunctionFolder } from './files/sysfs';

const samples = new URL('../../samples/linux-6.12/', import.meta.url);

interface Capture {
  /** Path from the captured root, without a leading slash, and content. */
  readonly files: ReadonlyMap<string, string>;
  readonly folders: readonly string[];
}

async function unpack(archive: string): Promise<Capture> {
  const files = new Map<string, string>();
  const folders: string[] = [];
  const entries = createReadStream(new URL(archive, samples)).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const path = entry.header.name
      .replace(/^(?:\.\/)?(?=\d\d-)[^/]*\/|^\.\//, '')
      .replace(/\/$/, '');
    const content = await text(entry);
    if (entry.header.type === 'directory') {
      folders.push(path);
    } else {
      files.set(path, content);
    }
  }
  return { files, folders };
}

function select(capture: Capture, pattern: RegExp): [path: string, content: string][] {
  return [...capture.files].filter(([path]) => pattern.test(path));
}

function symbolOfLine(line: string): string[] {
  return line === '' ? [] : [line.slice('[<0>] '.length, line.indexOf('+0x'))];
}

describe.each(readdirSync(samples).filter((name) => name.endsWith('.tar.gz')))(
  '%s',
  async (name) => {
    const capture = await unpack(name);
    const log = capture.files.get('sos_commands/kernel/dmesg') ?? '';
    const parsedLog = parseKernelLog(log);

    it('has stat and status of every thread, and they agree', () => {
      const stats = select(capture, /^proc\/\d+\/task\/\d+\/stat$/);
      expect(stats.length).toBeGreaterThan(40);
      const fromStat = stats.map(([path, content]) => {
        const { pid, comm, state, ppid, kthread } = parseProcStat(content) ?? {};
        return { path, tgid: Number(path.split('/')[1]), pid, name: comm, state, ppid, kthread };
      });
      const fromStatus = stats.map(([path]) => {
        const status = parseProcStatus(capture.files.get(path.replace(/stat$/, 'status')) ?? '');
        return { path, ...status, pid: Number(path.split('/')[3]) };
      });
      expect(fromStatus).toMatchObject(fromStat);
    });

    it('has a frame with a symbol on each line of each stack', () => {
      const stacks = select(capture, /^proc\/.*\/stack$/);
      const frames = stacks.flatMap(([, content]) => parseStack(content));
      expect(frames.map((frame) => frame.function)).toEqual(
        stacks.flatMap(([, content]) => content.split('\n').flatMap(symbolOfLine)),
      );
      expect(frames.filter((frame) => frame.size === null)).toEqual([]);
    });

    it('has a valid value in every attribute', () => {
      const states = select(capture, /\/patch_state$/);
      expect(states.length).toBeGreaterThan(40);
      expect(states.filter(([, content]) => parsePatchState(content) === null)).toEqual([]);
      const flags = select(capture, /livepatch\/.*\/(?:enabled|transition|replace|patched)$/);
      expect(flags.filter(([, content]) => parseFlag(content) === null)).toEqual([]);
    });

    it('has a symbol position behind every function', () => {
      const folders = capture.folders.filter(
        (path) => path.includes('livepatch/') && path.includes(','),
      );
      for (const folder of folders) {
        const last = folder.slice(folder.lastIndexOf('/') + 1);
        const [symbol = '', sympos] = last.split(',');
        expect(parseFunctionFolder(last)).toEqual({ name: symbol, sympos: Number(sympos) });
      }
    });

    it('has only modules in its list, with the taint that sysfs says', () => {
      const { modules, malformed } = parseModules(capture.files.get('proc/modules') ?? '');
      expect(malformed).toBe(0);
      expect(modules).toMatchObject(
        modules.map(({ name: module }) => ({
          taint: capture.files.get(`sys/module/${module}/taint`)?.trim(),
          refcount: Number(capture.files.get(`sys/module/${module}/refcnt`)),
        })),
      );
      const livepatches = modules.filter((module) => module.taint?.includes('K'));
      expect(livepatches.map((module) => module.name)).toEqual(
        modules
          .map((module) => module.name)
          .filter((module) =>
            parseModuleTaint(capture.files.get(`sys/module/${module}/taint`) ?? ''),
          ),
      );
    });

    it('has an event in every line of the livepatch core', () => {
      const lines = log.split('\n');
      const numbers = lines.flatMap((line, index) =>
        /^\[[ \d.]+\] (?:livepatch: |\w+: tainting kernel with TAINT_LIVEPATCH)/.test(line)
          ? [index + 1]
          : [],
      );
      expect(parsedLog.entries.map((entry) => entry.line)).toEqual(numbers);
      expect(parsedLog.entries.filter((entry) => entry.event.kind === 'other')).toEqual([]);
      expect(parsedLog.lastSeconds).toBe(Number(/([\d.]+)\] [^\n]*\n$/.exec(log)?.[1]));
    });

    it('redirects by ftrace what its livepatches patch', () => {
      const enabled = parseFtraceFunctions(
        capture.files.get('sys/kernel/tracing/enabled_functions') ?? '',
      );
      expect(enabled.every((each) => each.ipmodify && each.livepatch)).toBe(true);
      const patched = select(capture, /livepatch\/.*\/patched$/)
        .filter(([, content]) => content === '1\n')
        .flatMap(([path]) =>
          capture.folders.filter((folder) => folder.startsWith(path.replace(/patched$/, ''))),
        )
        .map((folder) => folder.replace(/.*\/|,\d+$/g, ''));
      expect(new Set(enabled.map((each) => each.function))).toEqual(new Set(patched));
    });

    it('has facts in the form that they are read', () => {
      const uptime = capture.files.get('proc/uptime') ?? '';
      expect(parseUptime(uptime) === null).toBe(uptime.includes('shadow'));
      const tainted = parsedLog.entries.some((entry) => entry.event.kind === 'tainted');
      expect(parseTaint(capture.files.get('proc/sys/kernel/tainted') ?? '')?.livepatch).toBe(
        tainted,
      );
      expect(parseBootId(capture.files.get('proc/sys/kernel/random/boot_id') ?? '')).not.toBeNull();
    });

    it('runs its processes in no unit: it has no systemd', () => {
      const units = select(capture, /^proc\/\d+\/cgroup$/).map(([, content]) =>
        unitOfCgroup(content),
      );
      expect(units.length).toBeGreaterThan(40);
      expect(units.filter((unit) => unit !== null)).toEqual([]);
    });
  },
);

/** Patching, so that the kernel looks for, and names, the functions that are on the stack. */
describe.each(['04-stalled-patching', '14-stalled-atomic-replace', '24-stalled-on-kthread'])(
  '%s',
  async (name) => {
    const { files } = await unpack(`${name}.tar.gz`);

    it('has on its stack what the log says the last blocker sleeps on', () => {
      const log = parseKernelLog(files.get('sos_commands/kernel/dmesg') ?? '');
      const event = log.entries.at(-1)?.event;
      const [tid, sleepsOn] =
        event?.kind === 'thread-not-switched' ? [event.tid, event.function] : [];
      const stack = files.get(`proc/${tid}/task/${tid}/stack`) ?? '';
      expect(parseStack(stack).map((frame) => frame.function)).toContain(sleepsOn);
    });
  },
);
