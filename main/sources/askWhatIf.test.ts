/** For which questions the stacks of an open target are looked through. */
import { describe, expect, it, vi } from 'vitest';
import { settled, patch } from '../../testing/shared/documents';
import { fail, succeed } from '../../shared/base/problem';
import type { StackSearch } from '../../shared/readings/stackSearch';
import { soughtFor } from '../../shared/whatif/blocking';
import { refusalOf } from '../../shared/whatif/refusal';
import type { WhatIfAction } from '../../shared/whatif/document';
import { whatIf } from '../../shared/whatif/whatIf';
import { askWhatIf } from './askWhatIf';
import type { Source } from './source';

const found: StackSearch = { threads: 7, unread: 0, running: [], found: [], files: new Map() };
const status = { ...settled, patches: [patch('livepatch_a')] };
const disable: WhatIfAction = { do: 'disable', patch: 'livepatch_a' };
const refused: WhatIfAction = { do: 'disable', patch: 'livepatch_absent' };

function source(seek?: Source['seek']): Source {
  return {
    target: 'x',
    kind: 'directory',
    live: false,
    sample: () => Promise.resolve(fail('not-found', null, 'unused')),
    close: () => undefined,
    ...(seek ? { seek } : {}),
  };
}

describe('what if', () => {
  it('looks for the code that the operation would change, and says what was found', async () => {
    expect(refusalOf(status, disable)).toBeNull();
    const seek = vi.fn<NonNullable<Source['seek']>>(() => Promise.resolve(succeed(found)));
    expect(await askWhatIf(source(seek), status, disable)).toEqual(
      succeed(whatIf(status, disable, found)),
    );
    expect(seek.mock.calls).toEqual([[soughtFor(status, disable)]]);
    expect(whatIf(status, disable, found)).not.toEqual(whatIf(status, disable, null));
  });

  it('looks for nothing where the operation would be refused', async () => {
    expect(refusalOf(status, refused)).not.toBeNull();
    const seek = vi.fn<NonNullable<Source['seek']>>();
    expect(await askWhatIf(source(seek), status, refused)).toEqual(
      succeed(whatIf(status, refused, null)),
    );
    expect(seek).not.toHaveBeenCalled();
  });

  it('says that nothing is known of stacks where they can’t be looked through', async () => {
    expect(await askWhatIf(source(), status, disable)).toEqual(
      succeed(whatIf(status, disable, null)),
    );
  });

  it('is a problem where looking is one', async () => {
    const lost = fail('connection-lost', 'x', 'Gone.');
    expect(
      await askWhatIf(
        source(() => Promise.resolve(lost)),
        status,
        disable,
      ),
    ).toEqual(lost);
  });
});
