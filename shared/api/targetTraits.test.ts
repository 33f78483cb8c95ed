import { expect, it } from 'vitest';
import { parseTarget, type Target } from './target';
import { targetTraits } from './targetTraits';

const kinds = [
  'local',
  'ssh',
  'directory',
  'file',
  'input',
  'demo',
  'scenario',
] as const satisfies readonly Target['kind'][];

/** Section 3 of the design: what is read as it runs, and what is only shown as it was. */
it.each([
  ['local', true, false, 'local'],
  ['ssh', true, false, 'ssh'],
  ['directory', false, false, null],
  ['file', false, false, null],
  ['input', false, false, null],
  ['demo', true, true, null],
  ['scenario', true, true, null],
] as const)('%s: live %s, a story %s, reached by %s', (kind, isLive, isStory, reached) => {
  expect(targetTraits[kind]).toMatchObject({ isLive, isStory, reached });
});

it.each(kinds)('%s is written as its prefix says, and explained in the help', (kind) => {
  const { forms, pathPrefix } = targetTraits[kind];
  expect(forms).not.toEqual([]);
  for (const [form, meaning] of forms) {
    expect(form).not.toBe('');
    expect(meaning).not.toBe('');
  }
  if (pathPrefix === '') return;
  const form = forms[0]?.[0] ?? '';
  expect(form.replace('[:', ':').startsWith(pathPrefix)).toBe(true);
  const written = form.replace('[:STORY]', ':story');
  expect(parseTarget(written)).toMatchObject({ ok: true, value: { kind } });
});

it('the help names forms that are targets of their kind', () => {
  const ofForm = (kind: Target['kind'], text: string) =>
    targetTraits[kind].forms.some(([form]) => form === text) && parseTarget(text);
  expect(ofForm('local', 'local')).toMatchObject({ value: { kind: 'local' } });
  expect(ofForm('ssh', 'HOST')).toMatchObject({ value: { kind: 'ssh' } });
  expect(ofForm('input', '-')).toMatchObject({ value: { kind: 'input' } });
});

/** Only a host that answers over the network leaves whoever reads it free meanwhile. */
it('reading waits for the network where it goes over SSH, and nowhere else', () => {
  expect(kinds.filter((kind) => targetTraits[kind].waitsFor === 'network')).toEqual(['ssh']);
});

it('every kind is here', () => {
  expect(Object.keys(targetTraits).toSorted()).toEqual(kinds.toSorted());
});
