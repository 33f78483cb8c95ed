/** A claim about a host that somebody plants outside of `shared/words` is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './paths';
import { proseIn, readListed, unlisted, watchedFiles } from './prose';

const listed = readListed(root);

test('this repository has its claims in shared/words', () => {
  const found = watchedFiles(root).flatMap((file) =>
    unlisted(listed, file, readFileSync(join(root, file), 'utf8')),
  );
  expect(found).toEqual([]);
});

test.each([
  ['renderer/views/transition/NoTransition.tsx', '<p>Every thread runs the new code.</p>'],
  ['renderer/views/findings/FindingsView.tsx', '<p>{name} can be <b>removed</b></p>'],
  ['renderer/rail/Rail.tsx', '<span title="Only a reboot removes it" />'],
  ['main/cli/status.ts', "'The kernel runs its original code.'"],
  ['main/cli/watch.ts', '`${name} is about to complete`'],
  ['shared/diagnosis/findings/host.ts', "'Nothing can be patched while it runs.'"],
  ['shared/diagnosis/reasons.ts', '`${name}, which is being patched`'],
  ['shared/report/headline.ts', "'readable by root alone'"],
  ['shared/whatif/refusal.ts', "'it is gone'"],
])('a claim planted in %s is refused: %s', (file, claim) => {
  const text = `${readFileSync(join(root, file), 'utf8')}\nexport const planted = ${claim};\n`;
  expect(unlisted(listed, file, text)).not.toEqual([]);
});

test('imports, style classes and short labels are no prose', () => {
  const text = `import { a } from './some where else';
    export const b = <p className="one two three">{'Two words'}</p>;
    export const c = 'button button--quiet small';`;
  expect(proseIn('x.tsx', text)).toEqual([]);
});
