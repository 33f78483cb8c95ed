// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Host } from '../../../shared/api/contract';
import type { StatusDocument } from '../../../shared/report/statusDocument';
import { putHost, useWindow } from '../../state/store';
import {
  blocker,
  hostOf,
  patch,
  settled,
  transition,
  unseenBlocker,
} from '../../../testing/renderer/documents';
import { TransitionView } from './TransitionView';

const copied: string[] = [];
const blank = useWindow.getState();

beforeAll(() => {
  class NoLayout {
    observe(): void {}
    disconnect(): void {}
    unobserve(): void {}
  }
  Object.defineProperty(window, 'ResizeObserver', { value: NoLayout });
  for (const [property, value] of [
    ['clientHeight', 600],
    ['clientWidth', 900],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, property, { value, configurable: true });
  }
  Object.defineProperty(window, 'klpscope', {
    value: {
      request: (name: string, argument: { text: string }) => {
        if (name === 'clipboard:write') copied.push(argument.text);
        return Promise.resolve(undefined);
      },
      subscribe: () => () => undefined,
      pathOfFile: () => '',
    },
  });
});

beforeEach(() => {
  useWindow.setState(blank, true);
  copied.length = 0;
});
afterEach(cleanup);

const running: StatusDocument = {
  ...settled,
  patches: [patch('livepatch_b', { inTransition: true })],
  transitionState: 'running',
  transition: transition(),
  blockers: [
    blocker(389, { comm: 'backup-agent', cmdline: '/usr/bin/backup-agent' }),
    blocker(391),
    blocker(77, { comm: 'kworker/u16:3', cmdline: '', kthread: true, state: 'I' }),
  ],
};

function show(status: StatusDocument, change: Partial<Host> = {}): void {
  const host = hostOf(status, change);
  putHost(host);
  render(<TransitionView host={host} status={status} />);
}

function bodyRows(): HTMLElement[] {
  return within(screen.getByRole('grid')).getAllByRole('row').slice(1);
}

test('the figure, the table and the detail of the first thread stand there at once', () => {
  show(running);
  expect(screen.getByText('99.63 %')).toBeDefined();
  expect(bodyRows()).toHaveLength(3);
  const detail = screen.getByRole('complementary', { name: 'Thread' });
  expect(within(detail).getByText('has to return')).toBeDefined();
  expect(within(detail).getByText('The kernel’s own word, from its log.')).toBeDefined();
});

test('it is walked by keys, and a row is copied as text', async () => {
  show(running);
  const user = userEvent.setup();
  const grid = screen.getByRole('grid');
  grid.focus();
  await user.keyboard('jj');
  const chosen = bodyRows().find((row) => row.getAttribute('aria-selected') === 'true');
  expect(chosen?.textContent).toContain('kworker/u16:3');
  expect(grid.getAttribute('aria-activedescendant')).toBe(chosen?.id);
  await user.keyboard('{Home}{Control>}c{/Control}');
  expect(copied[0]?.split('\t').slice(0, 3)).toEqual(['D', '389', '/usr/bin/backup-agent']);
});

test('the filter narrows the table and says how far', async () => {
  show(running);
  const user = userEvent.setup();
  await user.type(screen.getByRole('textbox', { name: 'Filter threads' }), 'kworker');
  expect(bodyRows()).toHaveLength(1);
  expect(screen.getByText('1 of 3')).toBeDefined();
  await user.keyboard('{Escape}');
  expect(bodyRows()).toHaveLength(3);
  await user.keyboard('nobody');
  expect(screen.getByText('No blocking thread matches this filter.')).toBeDefined();
});

test('a column sorts up, down, and back to the order of the reading', async () => {
  show(running);
  const user = userEvent.setup();
  const tids = () => bodyRows().map((row) => Number(row.children[1]?.textContent));
  const title = screen.getByRole('button', { name: 'Thread' });
  await user.click(title);
  expect(tids()).toEqual([77, 389, 391]);
  await user.click(title);
  expect(tids()).toEqual([391, 389, 77]);
  expect(screen.getByRole('columnheader', { name: 'Thread' }).getAttribute('aria-sort')).toBe(
    'descending',
  );
  await user.click(title);
  expect(tids()).toEqual([389, 391, 77]);
});

test('20,000 blocking threads: all are counted, few are drawn, the rest was not looked at', () => {
  const blockers = Array.from({ length: 20_000 }, (_, index) =>
    index < 200 ? blocker(index + 1) : unseenBlocker(index + 1),
  );
  show({ ...running, blockers });
  expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('20001');
  expect(bodyRows().length).toBeLessThan(60);
});

test.each([
  [true, 'not read yet', /^Its name, stack and reason are not read yet/],
  [false, 'not read', /^Its name, stack and reason could not be read/],
])('live: %s; three blocking threads whose details are missing are %s', (live, word, sentence) => {
  show({ ...running, blockers: [4, 5, 6].map(unseenBlocker) }, { live });
  expect(screen.getAllByText(word)).toHaveLength(3);
  expect(screen.getByText(sentence)).toBeDefined();
});

test('a login that may not read all threads never sees 100 %', () => {
  show({
    ...running,
    coverage: { privileged: false, threadsRead: 14, threadsDenied: 801, threadsVanished: 0 },
    transition: transition({
      threads: { total: 14, done: 14, blocking: 0, undefined: 0 },
      hiddenBlockersPossible: true,
    }),
    blockers: [],
  });
  expect(screen.getByText('1.7 %')).toBeDefined();
  expect(screen.getByText(/801 threads may not be read by this login/)).toBeDefined();
});

test('threads that were not read are unknown, not zero', () => {
  show({
    ...running,
    transition: transition({
      direction: null,
      threads: { total: null, done: null, blocking: null, undefined: null },
      hiddenBlockersPossible: null,
    }),
    blockers: [],
  });
  expect(screen.getByText('Unknown')).toBeDefined();
  expect(screen.queryByText(/0 %/)).toBeNull();
});

test.each([
  [settled, 'No livepatch is loaded'],
  [{ ...settled, patches: [patch('livepatch_a')] }, 'No transition is running'],
  [
    { ...settled, livepatch: { supported: false, tainted: false } },
    'No livepatching was found here',
  ],
  [{ ...settled, transitionState: 'unknown' as const }, 'Whether a transition runs is not known'],
])('without a transition it says which calm this is', (status, title) => {
  show(status);
  expect(screen.getByRole('heading', { name: title })).toBeDefined();
});

test('what a host names is shown as text, its control characters written out', () => {
  const name = '<img src=x onerror=alert(1)>\u001b[2J';
  show({ ...running, blockers: [blocker(1, { comm: name, cmdline: null })] });
  expect(document.querySelector('img')).toBeNull();
  expect(screen.getAllByText(/<img src=x onerror=alert\(1\)>\\x1b\[2J/).length).toBeGreaterThan(0);
});

test('force shows no command; its checklist does', async () => {
  show({ ...running, blockers: [blocker(1, { remedies: ['let-it-return', 'force'] })] });
  expect(document.body.textContent).not.toContain('/force');
  await userEvent.setup().click(screen.getByRole('button', { name: 'Before you force …' }));
  expect(useWindow.getState().overlay).toEqual({
    kind: 'force',
    patch: 'livepatch_b',
    blocking: 3,
  });
});
