import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseTarget, type Target } from '../../../shared/api/target';
import { prototypeNames } from '../../../testing/shared/prototypeNames';
import type { Question } from '../../ssh/questions';
import { openSettings } from '../stores/settings';
import { createTransportChoices } from './transportChoices';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-choices-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const config = () => join(folder, 'klpscope.json');

async function open() {
  const files = { config: config(), earlier: join(folder, 'settings.json') };
  const settings = await openSettings(files, {}, (warning) => {
    throw new Error(warning);
  });
  return {
    ...createTransportChoices(settings, () => undefined),
    written: () => settings.written(),
  };
}

function target(text: string): Target {
  const parsed = parseTarget(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value;
}

const question: Question = {
  kind: 'transport',
  host: 'db1',
  key: 'db1',
  needs: ['proxy-command'],
};

test('a choice is kept for the host and the next start, whoever logs in', async () => {
  const first = await open();
  first.remember(target('root@db1'), 'openssh');
  await first.written();
  const later = await open();
  expect(later.of(target('db1'))).toBe('openssh');
  expect(later.of(target('ada@db1'))).toBe('openssh');
  for (const other of ['db1:2222', 'db2', 'local']) expect(later.of(target(other))).toBeNull();
});

test('an answer is kept only where that was wished for', async () => {
  const choices = await open();
  await choices.hearing(() => Promise.resolve(['openssh']))(question);
  expect(choices.of(target('db1'))).toBeNull();
  await choices.hearing(() => Promise.resolve(null))(question);
  expect(choices.of(target('db1'))).toBeNull();
  const answers = await choices.hearing(() => Promise.resolve(['ssh2', 'remember']))(question);
  expect(answers?.[0]).toBe('ssh2');
  expect(choices.of(target('db1'))).toBe('ssh2');
});

test('no other answer is kept, whatever its words', async () => {
  const prompts: Question = { kind: 'password', user: 'ada', host: 'db1', again: false };
  const choices = await open();
  await choices.hearing(() => Promise.resolve(['openssh', 'remember']))(prompts);
  await choices.written();
  expect(() => readFileSync(config())).toThrow('ENOENT');
});

test.each(prototypeNames)('a host called %s has no choice until there is one', async (name) => {
  const choices = await open();
  expect(choices.of(target(name))).toBeNull();
  choices.remember(target(name), 'openssh');
  await choices.written();
  expect(choices.of(target(name))).toBe('openssh');
  expect(choices.of(target(`${name}:22`))).toBeNull();
  // Another change writes what was read.
  const next = await open().then(async (later) => {
    expect(later.of(target(name))).toBe('openssh');
    later.remember(target('db1'), 'ssh2');
    await later.written();
    return open();
  });
  expect(next.of(target(name))).toBe('openssh');
});
