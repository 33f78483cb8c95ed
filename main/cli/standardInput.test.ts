import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../shared/api/target';
import { entriesOf, movingHost, tarOf } from '../../testing/main/archives';
import { statusFrom } from '../../testing/main/status';
import { withInput } from './standardInput';
import type { TargetArguments } from './targetOptions';

function wanted(target: string, log?: string): TargetArguments {
  const parsed = parseTarget(target);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const options = log === undefined ? {} : { log };
  return { target: parsed.value, note: null, options, timeoutSeconds: 60 };
}

const bytes = (...pieces: readonly Uint8Array[]) => Readable.from(pieces, { objectMode: false });
const host = async () => gzipSync(await tarOf(entriesOf(movingHost)));

describe('standard input', () => {
  it('is a target like a file of it, however it comes in pieces, as often as it is read', async () => {
    const archive = await host();
    const read = await withInput(
      'status',
      wanted('-'),
      bytes(archive.subarray(0, 7), archive.subarray(7)),
    );
    if ('usage' in read || !read.ok) throw new Error(JSON.stringify(read));
    const first = await statusFrom('-', read.value.options);
    expect(first).toMatchObject({ target: '-', source: 'archive' });
    expect(first.blockers.map(({ comm }) => comm)).toEqual(['reader']);
    expect(await statusFrom('-', read.value.options)).toEqual(first);
  });

  it('is a log like a file of it', async () => {
    const log = "[  600.0] livepatch: 'livepatch_a': starting patching transition\n";
    const named = wanted('demo', '-');
    const read = await withInput('status', named, bytes(gzipSync(log)));
    if ('usage' in read || !read.ok) throw new Error(JSON.stringify(read));
    expect(read.value.options.input?.name).toBe('standard input');
  });

  it('is left alone where nothing names it', async () => {
    const input = bytes(Buffer.from('x'));
    expect(await withInput('status', wanted('demo'), input)).toMatchObject({ ok: true });
    expect(input.readableDidRead).toBe(false);
  });

  it.each([
    ['on a terminal', wanted('-'), /terminal.*piped/],
    ['twice', wanted('-', '-'), /not both.*file/],
  ] as const)('%s is wrong usage, with what to do', async (_, named, sentence) => {
    const input = Object.assign(bytes(), { isTTY: true });
    const read = await withInput('status', named, input);
    expect(read).toMatchObject({ usage: expect.stringMatching(sentence), command: 'status' });
  });

  it('is taken up to the limit, and no byte more', async () => {
    const input = () => bytes(Buffer.alloc(60), Buffer.alloc(41));
    expect(await withInput('status', wanted('-'), input(), 101)).toMatchObject({ ok: true });
    const read = await withInput('status', wanted('-'), input(), 100);
    expect(read).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  });

  it('that fails is a problem', async () => {
    const input = new Readable({ read: () => undefined });
    input.destroy(new Error('EIO'));
    const read = await withInput('status', wanted('-'), input);
    expect(read).toMatchObject({ ok: false, problem: { code: 'not-found' } });
  });
});
