/** Where a path leads in a tree of links; Linux's own rules: path_resolution(7). */
import { describe, expect, it, vi } from 'vitest';
import { resolvePath, type Looked } from './resolvePath';

/** A tree of links by path, and of places that can't be seen; all else is there. */
function resolve(path: string, links: Readonly<Record<string, string | Looked>> = {}) {
  return resolvePath(path, (names) => {
    const found = links[names.join('/')];
    if (found === undefined) return {};
    return typeof found === 'string' ? { link: found } : found;
  });
}

describe('a path', () => {
  it.each([
    ['/a/b', ['a', 'b']],
    ['//a/./b/', ['a', 'b']],
    ['/', []],
    ['a', ['a']],
    ['/a/../b', ['b']],
  ])('without links, %s, leads to %j', (path, names) => {
    expect(resolve(path)).toEqual({ names });
  });

  it.each([
    ['/a/x', { a: 'b' }, ['b', 'x']],
    ['/d/a/x', { 'd/a': 'b' }, ['d', 'b', 'x']],
    ['/d/a/x', { 'd/a': '/b/c' }, ['b', 'c', 'x']],
    ['/d/a/x', { 'd/a': '../b' }, ['b', 'x']],
    ['/a/x', { a: 'b', b: 'c' }, ['c', 'x']],
    ['/a/../x', { a: 'b/c' }, ['b', 'x']],
    ['/a', { a: '/' }, []],
    ['/a/x', { a: './b/./c//' }, ['b', 'c', 'x']],
  ] as const)('with links, %s by %j, leads to %j', (path, links, names) => {
    expect(resolve(path, links)).toEqual({ names });
  });

  it('leads out of the tree nowhere', () => {
    const out = { missing: 'link', detail: 'leads out of the tree' };
    expect(resolve('/..')).toEqual(out);
    expect(resolve('/a/../../b')).toEqual(out);
    expect(resolve('/a', { a: '../b' })).toEqual(out);
    expect(resolve('/d/a', { 'd/a': '/../b' })).toEqual(out);
  });

  it('leads through forty links, and no further', () => {
    const chain = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`l${at}`, `l${at + 1}`]));
    expect(resolve('/l0', chain(40))).toEqual({ names: ['l40'] });
    expect(resolve('/l0', chain(41))).toEqual({ missing: 'link', detail: 'a loop of links' });
    expect(resolve('/a', { a: 'a' })).toEqual({ missing: 'link', detail: 'a loop of links' });
  });

  it('tells what is not there from a link that leads to nothing', () => {
    const absent = { missing: 'absent' } as const;
    expect(resolve('/a/b', { 'a/b': absent })).toEqual(absent);
    expect(resolve('/l', { l: 'b', b: absent })).toEqual({
      missing: 'link',
      detail: 'leads to nothing in the tree',
    });
    const denied = { missing: 'denied' } as const;
    expect(resolve('/l/x', { l: 'b', 'b/x': denied })).toEqual(denied);
  });

  it('is looked at no further than where it ends', () => {
    const look = vi.fn<(names: readonly string[]) => Looked>(() => ({ missing: 'absent' }));
    resolvePath('/a/b/c', look);
    expect(look.mock.calls).toHaveLength(1);
  });
});
