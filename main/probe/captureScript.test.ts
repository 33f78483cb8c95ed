/** A capture of a fabricated host says the same as the host's own files. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cannotFabricate, fabricateRoot } from '../../e2e/sshd/fabricatedRoot';
import { parseTarget } from '../../shared/api/target';
import { statusOf } from '../../shared/report/status';
import type { StatusDocument } from '../../shared/report/statusDocument';
import { openSource } from '../sources/source';
import { captureScript } from './captureScript';

const samples = join(dirname(fileURLToPath(import.meta.url)), '../../samples/linux-6.12');
const impossible = cannotFabricate();

async function read(text: string): Promise<StatusDocument> {
  const target = parseTarget(text);
  const source = target.ok ? openSource(target.value) : target;
  const sampled = source.ok ? await source.value.sample() : source;
  if (!sampled.ok) throw new Error(sampled.problem.message);
  return statusOf(sampled.value);
}

function comparable({
  target: _target,
  source: _source,
  coverage: _coverage,
  ...rest
}: StatusDocument) {
  return rest;
}

describe.skipIf(impossible !== undefined)('the capture script', () => {
  it.each(['04-stalled-patching', '14-stalled-atomic-replace', '17-forced-disable', '01-none'])(
    'saves %s',
    async (name) => {
      const root = fabricateRoot(join(samples, `${name}.tar.gz`));
      const away = mkdtempSync(join(tmpdir(), 'klpscope-capture-test-'));
      try {
        writeFileSync(join(root.path, 'capture.sh'), captureScript);
        const [patch] = readdirSync(join(root.path, 'sys/kernel/livepatch'));
        if (patch !== undefined) {
          // As 4.15 to 5.0 have it: nobody can read it, and that it is there tells.
          writeFileSync(join(root.path, 'sys/kernel/livepatch', patch, 'signal'), '');
        }
        const [program = '', ...args] = root.busyboxOnly;
        const printed = execFileSync(program, [...args, 'sh', '/capture.sh', '/out.tar.gz']);
        expect(printed.toString()).toBe('/out.tar.gz\n');
        expect(readdirSync(join(root.path, 'tmp'))).toEqual([]);
        execFileSync('cp', [join(root.path, 'out.tar.gz'), away]);
        const captured = await read(join(away, 'out.tar.gz'));
        expect(comparable(captured)).toEqual(comparable(await read(`dir:${root.path}`)));
      } finally {
        root.remove();
        rmSync(away, { recursive: true, force: true });
      }
    },
  );
});
