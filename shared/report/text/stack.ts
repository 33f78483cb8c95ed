/** A thread's kernel stack, with the frame that keeps it from switching marked. */
import type { Frame, Reason } from '../statusDocument';
import type { Layout, Page } from './page';
import { whole, words } from './spans';

/** Frames shown at most, and how many of them follow the marked one. */
const shownFrames = 16;
const framesAfter = 3;

export function putStack(
  page: Page,
  stack: readonly Frame[] | null,
  { frame: culprit }: Reason,
  { indent, hang }: Required<Omit<Layout, 'label'>>,
): void {
  const label = words('stack', 'quiet');
  if (stack === null || stack.length === 0) {
    const why = stack === null ? 'not read' : 'none: nothing was printed';
    page.put([words(why, 'quiet')], { indent, hang, label });
    return;
  }
  const end = Math.max(shownFrames, (culprit ?? 0) + 1 + framesAfter);
  stack.slice(0, end).forEach((frame, index) => {
    const isCulprit = index === culprit;
    const { culprit: mark, pointer } = page.glyphs;
    const left = index === 0 ? label : words('');
    // The mark takes the two columns before the frame, so that frames stay in line.
    const margin = isCulprit ? `${mark} ` : '  ';
    page.put(
      [
        whole(margin, isCulprit ? 'bad' : 'plain'),
        whole(frameText(frame), isCulprit ? 'strong' : 'plain'),
        ...(isCulprit ? [words(` ${pointer} must return first`, 'bad')] : []),
      ],
      { indent, hang: hang - 2, label: left },
    );
  });
  if (stack.length > end) {
    page.put([words(`… ${stack.length - end} more`, 'quiet')], { indent: indent + hang });
  }
}

/** As the kernel prints it: `%pB` of Documentation/core-api/printk-formats.rst. */
function frameText({ function: name, offset, size, module }: Frame): string {
  const place =
    offset === null || size === null ? '' : `+0x${offset.toString(16)}/0x${size.toString(16)}`;
  return `${name}${place}${module === null ? '' : ` [${module}]`}`;
}
