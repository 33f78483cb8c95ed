import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Blocker, StatusDocument } from '../../shared/report/statusDocument';
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

function patchesOf({ patches }: StatusDocument) {
  return patches
    .map(({ name, enabled, inTransition, replace, stackOrder, objects }) => ({
      name,
      enabled,
      inTransition,
      replace,
      stackOrder,
      objects: objects
        .map((object) => {
          const functions = object.functions.map((entry) => `${entry.name},${entry.sympos}`);
          return `${object.name}: ${object.patched}: ${functions.sort().join(' ')}`;
        })
        .sort(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The reason in the kernel's words. */
function inKernelWords({ reason }: Blocker): string {
  switch (reason.code) {
    case 'sleeping-on-function':
      return `is sleeping on function ${reason.function ?? reason.symbol ?? ''}`;
    case 'running':
      return 'is running';
    case 'unreliable-stack':
      return 'has an unreliable stack';
    default:
      return reason.code;
  }
}

/** The log without the lines that only dynamic debugging brings: as on any other host. */
function quietLog(tree: string): string {
  const lines = readFileSync(join(tree, 'sos_commands/kernel/dmesg'), 'utf8').split('\n');
  const path = join(temporaryFolder(), 'dmesg');
  writeFileSync(path, lines.filter((line) => !line.includes('klp_try_switch_task')).join('\n'));
  return path;
}

describe.each(captures)('%s', (capture) => {
  it('reads as an independent reading of its files does, folder and archive alike', async () => {
    const tree = unpack(capture);
    const expected = readIndependently(tree);
    const status = await statusFrom(`dir:${tree}`);
    expect(patchesOf(status)).toEqual(expected.patches);
    expect(status.patches.map(({ name }) => name)).toEqual(expected.order);
    expect(status.transition?.threads ?? null).toEqual(expected.threads);
    expect(status.blockers.map(({ tid }) => tid)).toEqual(expected.blockers);
    expect(status.ghosts.map(({ module, refcount }) => `${module} ${refcount}`)).toEqual(
      expected.ghosts,
    );
    const archive = join(samples, capture);
    expect(await statusFrom(archive)).toEqual({ ...status, target: archive, source: 'archive' });
  });
});

describe.each(captures.filter((name) => name.includes('stalled')))('%s', (capture) => {
  it('tells why each thread blocks as the kernel does, with its words and without', async () => {
    const tree = unpack(capture);
    const { blockers, kernelWords } = readIndependently(tree);
    expect(new Set(kernelWords.keys())).toEqual(new Set(blockers));
    const told = await statusFrom(`dir:${tree}`);
    expect(new Map(told.blockers.map((one) => [one.tid, inKernelWords(one)]))).toEqual(
      new Map(blockers.map((tid) => [tid, kernelWords.get(tid)])),
    );
    const inferred = await statusFrom(`dir:${tree}`, { log: quietLog(tree) });
    expect(inferred.blockers.map(({ tid, reason }) => [tid, reason.code])).toEqual(
      told.blockers.map(({ tid, reason }) => [
        tid,
        // The graph tracer of powerpc stands in place of the caller, which the stack alone can't tell.
        reason.code === 'sleeping-on-function' && reason.frame === null
          ? 'unreliable-stack'
          : reason.code,
      ]),
    );
  });
});
