/** What the probe calls its parts, in its own text and where they are read. */
import { expect, it } from 'vitest';
import { accompanying, parts, polledSections, requested } from '../wire/parts';
import { probeText } from './probeText';

const code = probeText.replaceAll(/^\s*#.*$/gm, '');
const found = (pattern: RegExp) => [...code.matchAll(pattern)].map(([, word]) => word);

it('are the same words', () => {
  const batches = found(/\bbatch ([a-z]) /g);
  const sent = [
    ...found(/\bframe ([a-zA-Z]+)/g),
    ...found(/\b(?:send|sift_list) ([a-z]) /g),
    ...batches,
    // `batch` names the section of what could not be read after the other.
    ...batches.map((word) => `x${word}`),
  ];
  // `frame x"$section"` is among them as a mere x.
  const words = new Set(sent.filter((word) => word !== 'x'));
  expect(words).toEqual(new Set(Object.values(parts)));
});

it('are asked for by the letters that the probe looks for', () => {
  const looked = new Set(found(/\*([a-z])\*\)/g));
  expect(looked).toEqual(new Set([...polledSections, parts.details, ...Object.values(requested)]));
});

it('are all sent where an unknown state moves, and forgotten where an answer broke off', () => {
  expect(code).toContain(`sections=${polledSections.join('')}$sections`);
  expect(code).toContain(
    `for name in ${[parts.livepatches, ...polledSections, ...accompanying].join(' ')}; do`,
  );
});
