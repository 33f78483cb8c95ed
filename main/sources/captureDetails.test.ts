/**
 * Function stacks and reasons of the captures, worked out here from their files with shell-like
 * means; with the kernel's log, and without it, when reasons come from the stacks alone.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/main/folders';
import { readIndependently } from '../../testing/main/independentReading';
import { statusFrom } from '../../testing/main/status';

const samples = join(import.meta.dirname, '../../samples');
const captures = readdirSync(samples, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.tar.gz'))
  .sort();

function unpack(capture: string): string {
  const folder = temporaryFolder();
  execFileSync('tar', ['xzf', join(samples, capture), '-C', folder]);
  return folder;
}

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

/** `OBJECT FUNCTION,POS: BOTTOM … TOP; ACTIVE` of each function, sorted. */
function functionStacks(tree: string): string[] {
  const { patches, order } = readIndependently(tree);
  const moving = patches.find(({ inTransition }) => inTransition === true);
  const rows = new Map<string, string[]>();
  for (const name of order) {
    for (const entry of patches.find((patch) => patch.name === name)?.objects ?? []) {
      const [object = '', , functions = ''] = entry.split(': ');
      for (const folder of functions.split(' ').filter((text) => text !== '')) {
        const key = `${object} ${folder}`;
        rows.set(key, [...(rows.get(key) ?? []), name]);
      }
    }
  }
  return [...rows]
    .map(([key, all]) => {
      const stack = all.filter((name) =>
        patches.some((patch) => patch.name === name && (patch.enabled || patch.inTransition)),
      );
      const staying = stack.filter((name) => name !== moving?.name || moving.enabled === true);
      const [object = ''] = key.split(' ');
      const isLoaded = object === 'vmlinux' || existsSync(join(tree, 'sys/module', object));
      // A function that a running atomic replace shares with an older livepatch may be a nop; whether
      // it replaces, kernels before 6.11 do not tell.
      const mayReplace = moving !== undefined && moving.replace !== false;
      const mayBeNop = mayReplace && stack.length > 1 && stack.at(-1) === moving.name;
      const active = isLoaded && !mayBeNop ? (staying.at(-1) ?? 'original') : null;
      return `${key}: ${stack.join(' ')}; ${active}`;
    })
    .sort();
}

/**
 * Of a blocking thread: the first frame in the code of a livepatch, or in the named function; null
 * where a tracer hides it from the stack. powerpc prints no frames above `__switch_to`.
 */
function culpritFrame(
  tree: string,
  tid: number,
  name: string,
): { frame: number | null; symbol: string | null } {
  const lines = read(tree, `proc/${tid}/task/${tid}/stack`)
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\[<0>\] /, ''));
  const frames = lines.slice(lines.findIndex((line) => line.startsWith('__switch_to+')) + 1);
  const index = frames.findIndex((frame) => {
    const module = /\[(\w+)\]$/.exec(frame)?.[1] ?? '';
    const taint = join(tree, 'sys/module', module, 'taint');
    const isLivepatch = module !== '' && existsSync(taint) && read(taint).includes('K');
    return isLivepatch || frame.startsWith(`${name}+`);
  });
  return { frame: index < 0 ? null : index, symbol: frames[index]?.split('+')[0] ?? null };
}

const unreliable = { code: 'unreliable-stack', function: null, symbol: null, frame: null };

describe.each(captures)('%s', (capture) => {
  it('has the function stacks that its folders and its order give', async () => {
    const tree = unpack(capture);
    const { functions } = await statusFrom(`dir:${tree}`);
    const rows = functions.map(
      ({ object, name, sympos, stack, active }) =>
        `${object} ${name},${sympos}: ${stack.join(' ')}; ${active}`,
    );
    expect(rows.sort()).toEqual(functionStacks(tree));
  });

  it('has the same reasons from the stacks alone as from the kernel’s log', async () => {
    const tree = unpack(capture);
    const { kernelWords } = readIndependently(tree);
    const expected = [...kernelWords].map(([tid, words]) => {
      const name = /^is sleeping on function (\S+)$/.exec(words)?.[1] ?? null;
      if (name === null) return { tid, ...unreliable };
      return {
        tid,
        code: 'sleeping-on-function',
        function: name,
        ...culpritFrame(tree, tid, name),
      };
    });
    const reasonsOf = async () => {
      const { blockers } = await statusFrom(`dir:${tree}`);
      const told = blockers.filter(({ tid }) => kernelWords.has(tid ?? -1));
      return {
        certainties: [...new Set(told.map(({ reason }) => reason.certainty))],
        reasons: told.map(({ tid, reason }) => {
          const { code, function: name, symbol, frame } = reason;
          return { tid, code, function: name, symbol, frame };
        }),
      };
    };
    const byTid = expected.sort((a, b) => a.tid - b.tid);
    const seen = byTid.map((one) => (one.frame === null ? { tid: one.tid, ...unreliable } : one));
    const certainties = (word: string) => (expected.length > 0 ? [word] : []);
    expect(await reasonsOf()).toEqual({ certainties: certainties('certain'), reasons: byTid });
    rmSync(join(tree, 'sos_commands'), { recursive: true });
    expect(await reasonsOf()).toEqual({ certainties: certainties('likely'), reasons: seen });
  });
});
