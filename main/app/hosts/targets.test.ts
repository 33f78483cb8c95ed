import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { absoluteTarget, targetOnStart } from './targets';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'klpscope-targets-'));
  mkdirSync(join(folder, 'tree'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('paths are made absolute, folders become `dir:`', () => {
  expect(absoluteTarget('dir:tree', folder)).toBe(`dir:${folder}/tree`);
  expect(absoluteTarget('dir:/srv/x', folder)).toBe('dir:/srv/x');
  expect(absoluteTarget('./tree', folder)).toBe(`dir:${folder}/tree`);
  expect(absoluteTarget(`${folder}/tree/`, '/')).toBe(`dir:${folder}/tree`);
  expect(absoluteTarget('db1.tar.gz', folder)).toBe(`${folder}/db1.tar.gz`);
  expect(absoluteTarget('demo:own.json', folder)).toBe(`demo:${folder}/own.json`);
  expect(absoluteTarget('../db1.tar.xz', folder)).toBe(join(folder, '../db1.tar.xz'));
});

test('hosts stay what they are, even beside a folder of their name', () => {
  for (const target of ['local', 'tree', 'root@db1:22', 'ssh://db1', 'demo:stall', '[::1]']) {
    expect(absoluteTarget(target, folder)).toBe(target);
  }
});

test('what a file is, its content says: a scenario of any name becomes `demo:`', () => {
  writeFileSync(join(folder, 'renamed.txt'), '{ "id": "own" }');
  writeFileSync(join(folder, 'notes'), 'no story');
  expect(absoluteTarget('./renamed.txt', folder)).toBe(`demo:${folder}/renamed.txt`);
  expect(absoluteTarget(`${folder}/renamed.txt`, '/')).toBe(`demo:${folder}/renamed.txt`);
  expect(absoluteTarget('./notes', folder)).toBe(`${folder}/notes`);
});

test('a word on the command line names a file that opens or a folder that lies there, unless SSH’s configuration names it', () => {
  writeFileSync(join(folder, 'renamed'), '{ "id": "own" }');
  writeFileSync(join(folder, 'notes'), 'no story');
  const onStart = (text: string) => targetOnStart(text, folder, () => ['named']);
  writeFileSync(join(folder, 'named'), '{ "id": "own" }');
  expect(onStart('renamed')).toBe(`demo:${folder}/renamed`);
  expect(onStart('tree')).toBe(`dir:${folder}/tree`);
  for (const target of ['notes', 'ssh://renamed', 'root@renamed', 'renamed:22', 'local', '-']) {
    expect(onStart(target)).toBe(target);
  }
  expect(onStart('named')).toBe('named');
});
