/** Scenario files as targets: from the command line to the kernel's model. */
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../../shared/api/target';
import { statusDocumentSchema } from '../../../shared/report/statusDocument';
import { klpscope } from '../../../testing/main/cli';
import { inputFolder } from '../../../testing/main/folders';

const example = join(import.meta.dirname, '../../../samples/scenarios/backup-and-database.json');

function scenarioFile(content: string | Uint8Array, name = 'story.json'): string {
  const path = join(inputFolder(), name);
  writeFileSync(path, content);
  return path;
}

it.each(['demo:x.json', 'demo:./x', 'demo:/srv/x.JSON', String.raw`demo:C:\x`])(
  '%s names a file',
  (text) => {
    expect(parseTarget(text)).toEqual({
      ok: true,
      value: { kind: 'scenario', text, path: text.slice(5) },
    });
  },
);

it('names without a folder stay stories', () => {
  expect(parseTarget('demo:web1')).toMatchObject({ ok: true, value: { scenario: 'web1' } });
});

describe('a scenario file', () => {
  it('that goes otherwise than it says is told of on standard error', async () => {
    const step = { at: 1, says: 'It is forced.', do: [{ do: 'force', patch: 'absent' }] };
    const story = { id: 'x', title: 'x', story: 'x', host: { name: 'x' }, steps: [step], lasts: 2 };
    const file = scenarioFile(JSON.stringify(story));
    const { status, stderr } = await klpscope(['status', file]);
    expect([status, stderr]).toEqual([
      0,
      [`${file}: step 1 at 1 s, force absent: the story says done, the kernel answers ENOENT.`],
    ]);
  });

  it('is read at its end, and marked as a demo', async () => {
    const { status, stdout } = await klpscope(['status', `demo:${example}`, '--json']);
    expect(status).toBe(0);
    expect(statusDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({
      target: `demo:${example}`,
      source: 'demo',
      host: { name: 'shop-db1' },
      patches: [{ name: 'livepatch_fix_a', enabled: true, inTransition: false }],
    });
  });

  it('is watched', async () => {
    const { stdout } = await klpscope(['watch', `demo:${example}`, '--for', '0.1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'state', status: { patches: [] } });
  });

  it('answers what if', async () => {
    const args = ['what-if', `demo:${example}`, '--disable', 'livepatch_fix_a', '--json'];
    const { status, stdout } = await klpscope(args);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'klpscope/what-if', allowed: true });
  });
});

describe('a file that can’t be played ends with 3, one line and no document', () => {
  const run = async (path: string) => {
    const { status, stdout, stderr } = await klpscope(['status', `demo:${path}`, '--json']);
    expect({ status, stdout, lines: stderr.length }).toEqual({ status: 3, stdout: '', lines: 1 });
    return stderr.join('');
  };

  it('that is no JSON', async () => {
    expect(await run(scenarioFile('{\n  "id": oops\n}'))).toMatch(
      /^invalid-content: .*story\.json, line 2, column 9: .*expected a value/,
    );
  });

  it('that is no scenario', async () => {
    expect(await run(scenarioFile('{"id": 7}'))).toMatch(
      /^invalid-content: .*line 1, column 8 \(id\): .*expected string/,
    );
  });

  it('of bytes that are no text', async () => {
    expect(await run(scenarioFile(Uint8Array.of(0, 255, 254, 0x7b)))).toMatch(/line 1, column 1:/);
  });

  it('that is not there, is a folder, is huge, or has a name to fool a terminal', async () => {
    expect(await run('/nowhere/story.json')).toMatch(/^not-found: .*does not exist/);
    const folder = join(inputFolder(), 'x.json');
    mkdirSync(folder);
    expect(await run(folder)).toMatch(/^not-found: .*is a folder/);
    const huge = scenarioFile('');
    truncateSync(huge, 2 ** 33);
    expect(await run(huge)).toMatch(/^too-large: /);
    expect(await run(scenarioFile('{', 'a\u001b[2Jb.json'))).not.toMatch(/\p{Cc}/u);
  });
});
