/** The livepatches as the stack that they are, the top one first. */
import { countOf } from '../../base/words';
import type {
  PatchEntry,
  PatchFunctionEntry,
  PatchObjectEntry,
  StatusDocument,
} from '../statusDocument';
import { isLeaving } from '../roles';
import type { Page } from './page';
import { joined, whole, words, type Look, type Span } from './spans';

/** Functions of one object that are named. */
const shownFunctions = 40;

export function putLivepatches(page: Page, status: StatusDocument): void {
  const { patches } = status;
  if (patches.length === 0) return;
  page.heading(`Livepatches: ${patches.length}`, orderNote(status));
  patches.toReversed().forEach((patch) => putLivepatch(page, patch, status));
}

function orderNote({ order, patches }: StatusDocument): string {
  if (patches.length < 2) return '';
  switch (order) {
    case 'reported':
      return 'top of the stack first, as the kernel reports it';
    case 'inferred':
      return 'top of the stack first, inferred from the order of loading';
    case 'unknown':
      return 'their order is unknown';
  }
}

function putLivepatch(page: Page, patch: PatchEntry, status: StatusDocument): void {
  const { name, replace, forced, stackOrder, objects } = patch;
  const facts: Span[][] = [
    [whole(name, 'strong')],
    [roleOf(patch, status)],
    ...(replace === true ? [[whole('atomic replace')]] : []),
    ...(forced === true ? [[words('forced', 'bad')]] : []),
  ];
  const label = stackOrder === null ? page.glyphs.patch : `${stackOrder}`;
  page.put(joined(facts, ` ${page.glyphs.dot} `), {
    indent: 2,
    label: whole(label, 'quiet'),
    hang: 3,
  });
  if (objects.length === 0) {
    const isUnread = status.coverage.unread?.includes('functions') ?? false;
    const text = isUnread ? 'what it patches was not read' : 'no object';
    page.put([words(text, 'quiet')], { indent: 5 });
  }
  objects.forEach((object, index) => {
    const { branch, lastBranch } = page.glyphs;
    const isLast = index === objects.length - 1;
    page.put(objectLine(object), {
      indent: 5,
      label: words(isLast ? lastBranch : branch, 'quiet'),
      hang: 3,
    });
  });
}

/** What the livepatch does now, or goes through. */
function roleOf(patch: PatchEntry, status: StatusDocument): Span {
  const { transition } = status;
  if (transition?.patch === patch.name) {
    if (transition.direction === null) return words('in transition, direction unknown', 'moving');
    return words(transition.direction === 'patching' ? 'being applied' : 'being removed', 'moving');
  }
  if (isLeaving(patch, status) === true) {
    return words('leaving: replaced when the transition completes', 'moving');
  }
  if (patch.inTransition === true) return words('reads as in transition', 'moving');
  return words(...stateOf(patch));
}

function stateOf({ enabled }: PatchEntry): [string, Look] {
  if (enabled === null) return ['state unknown', 'moving'];
  return enabled ? ['enabled', 'good'] : ['disabled', 'plain'];
}

function objectLine({ name, loaded, patched, functions }: PatchObjectEntry): Span[] {
  const state =
    loaded === false ? 'not loaded' : patched === false ? 'not patched' : unknownState(loaded);
  const shown = functions.slice(0, shownFunctions).map(functionSpans);
  const rest = functions.length - shown.length;
  return [
    whole(name, 'strong'),
    ...(state === '' ? [] : [words(` (${state})`, 'moving')]),
    words(functions.length === 0 ? ': no function' : ': '),
    ...joined(shown, ', '),
    ...(rest > 0 ? [words(` and ${countOf(rest, 'function')} more`)] : []),
  ];
}

function unknownState(loaded: boolean | null): string {
  return loaded === null ? 'unknown whether loaded' : '';
}

function functionSpans({ name, sympos, nop }: PatchFunctionEntry): Span[] {
  const position = sympos !== null && sympos > 1 ? `,${sympos}` : '';
  const fate = nop === null ? ' (taken over or reverted)' : nop ? ' (reverts to the original)' : '';
  return [whole(`${name}${position}`), ...(fate === '' ? [] : [words(fate, 'quiet')])];
}
