import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseTarget, type Target } from '../../shared/api/target';
import type { Question } from '../ssh/questions';
import { openSettings } from './settings';
import { createTransportChoices } from './transportChoices';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-choices-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open() {
  const complaints: string[] = [];
  const settings = openSettings(join(folder, 'settings.json'), {}, (text) => complaints.push(text));
  return createTransportChoices(settings, () => undefined);
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

test('a choice is kept for the host and the next start, whoever logs in', () => {
  open().remember(target('root@db1'), 'openssh');
  const later = open();
  expect(later.of(target('db1'))).toBe('openssh');
  expect(later.of(target('ada@db1'))).toBe('openssh');
  for (const other of ['db1:2222', 'db2', 'local']) expect(later.of(target(other))).toBeNull();
});

test('an answer is kept only where that was wished for', async () => {
  const choices = open();
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
  await open().hearing(() => Promise.resolve(['openssh', 'remember']))(prompts);
  expect(() => readFileSync(join(folder, 'settings.json'))).toThrow('ENOENT');
});
