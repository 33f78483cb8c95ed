// @vitest-environment jsdom
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DemoOutcome, DemoState, Host } from '../../shared/api/contract';
import { putHost, useWindow } from '../state/store';
import { blocker, hostOf, patch, settled, transition } from '../../testing/renderer/documents';
import '../../testing/renderer/eventually';
import { PlayerBar } from './PlayerBar';
import { TakeOver } from './TakeOver';

const blank = useWindow.getState();
let asked: unknown[] = [];
let outcome: DemoOutcome = { ok: true };

const demo: DemoState = {
  title: 'Stalled on a disk sleeper',
  story: 'A backup waits.',
  position: 4,
  lasts: 65,
  playing: true,
  speed: 4,
  says: 'The livepatch is loaded.',
  next: { at: 19, says: 'The kernel has signalled.' },
  takenOver: false,
  rules: null,
  surprises: [],
};
const stalled: Host = hostOf(
  {
    ...settled,
    source: 'demo',
    patches: [patch('livepatch_a'), patch('livepatch_b', { inTransition: true })],
    transitionState: 'running',
    transition: transition(),
    blockers: [blocker(389), blocker(391, { comm: 'tar' })],
  },
  { target: 'demo:disk-sleeper', live: true, demo },
);

beforeAll(async () => {
  // What an answer is checked against is loaded with the first one, which takes its time.
  await import('../state/contract');
  // The dialog asks for it; its ids have nothing to escape.
  Object.defineProperty(window, 'CSS', { value: { escape: (text: string) => text } });
  Object.defineProperty(window, 'klpscope', {
    value: {
      request: (name: string, argument: unknown) => {
        if (name === 'demo:control') asked.push(argument);
        return Promise.resolve(outcome);
      },
      subscribe: () => () => undefined,
      pathOfFile: () => '',
    },
  });
});
beforeEach(() => {
  useWindow.setState(blank, true);
  asked = [];
  outcome = { ok: true };
  putHost(stalled);
  useWindow.setState({ selected: 'h1', overlay: { kind: 'take-over', host: 'h1' } });
});
afterEach(cleanup);

test('what fits the state is offered: each livepatch, the transition, the blocking thread', () => {
  render(<TakeOver id="h1" />);
  const names = within(screen.getByRole('dialog'))
    .getAllByRole('button')
    .map((button) => button.textContent);
  expect(names).toEqual(
    expect.arrayContaining([
      'Disable livepatch_a',
      'Disable livepatch_b: turn its transition round',
      'Force the transition of livepatch_b',
      'Kill cat (389)',
    ]),
  );
});

test('the thread that is selected in the Transition view is the one', () => {
  useWindow.setState((state) => ({
    views: {
      ...state.views,
      h1: {
        view: 'transition',
        filters: {},
        sorting: {},
        chosen: { transition: '391/391' },
        detailOpen: false,
      },
    },
  }));
  render(<TakeOver id="h1" />);
  expect(screen.getByRole('button', { name: 'Kill tar (391)' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Kill cat (389)' })).toBeNull();
});

test('an operation is sent, and the dialog closes', async () => {
  render(<TakeOver id="h1" />);
  await userEvent.click(screen.getByRole('button', { name: 'Disable livepatch_a' }));
  expect(asked).toEqual([
    {
      id: 'h1',
      command: {
        do: 'operate',
        operation: { do: 'write-enabled', patch: 'livepatch_a', value: false },
      },
    },
  ]);
  await expect.poll(() => useWindow.getState().overlay).toBeNull();
});

test('a refusal stays, with its errno and why', async () => {
  outcome = { ok: false, errno: 'EBUSY' };
  render(<TakeOver id="h1" />);
  await userEvent.click(screen.getByRole('button', { name: 'Disable livepatch_a' }));
  const said = await screen.findByText(/refused with/);
  expect(said.textContent).toContain('EBUSY');
  expect(said.textContent).toContain('Another transition runs');
  expect(useWindow.getState().overlay).not.toBeNull();
});

test('a livepatch is loaded of what was picked', async () => {
  render(<TakeOver id="h1" />);
  await userEvent.click(screen.getByText('Load a livepatch …'));
  await userEvent.click(screen.getByRole('checkbox', { name: /vfs_read/ }));
  await userEvent.click(screen.getByRole('checkbox', { name: /atomic replace/ }));
  const [load] = screen.getAllByRole('button', { name: 'Load' });
  expect(load).toBeDefined();
  if (load) await userEvent.click(load);
  expect(asked).toMatchObject([
    {
      command: {
        operation: {
          do: 'load',
          livepatch: {
            name: 'livepatch_mine',
            replace: true,
            objects: [{ name: 'vmlinux', functions: [{ name: 'vfs_read' }] }],
          },
        },
      },
    },
  ]);
  // The answer closes the dialog: if it came late, that of the next test.
  await expect.poll(() => useWindow.getState().overlay).toBeNull();
});

test('nothing is offered on a host that is no demo', () => {
  putHost({ ...stalled, demo: null });
  render(<TakeOver id="h1" />);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('the player bar tells speed and position, and sends what its keys mean', async () => {
  render(<PlayerBar host={stalled} demo={demo} />);
  expect(screen.getByRole('button', { name: '4×' }).getAttribute('aria-pressed')).toBe('true');
  expect(screen.getByRole('progressbar').getAttribute('aria-valuetext')).toBe('4 of 65 s');
  await userEvent.click(screen.getByRole('button', { name: '16×' }));
  await userEvent.click(screen.getByRole('button', { name: 'Pause the story' }));
  await userEvent.click(screen.getByRole('button', { name: 'Next step' }));
  expect(asked).toEqual([
    { id: 'h1', command: { do: 'speed', speed: 16 } },
    { id: 'h1', command: { do: 'pause' } },
    { id: 'h1', command: { do: 'step' } },
  ]);
});

test('the answer of the shadow API is said, not that it was done', async () => {
  outcome = { ok: true, answer: 'NULL: there is one already, and the kernel warns' };
  render(<TakeOver id="h1" />);
  await userEvent.click(screen.getByText('Write a shadow variable …'));
  const form = screen.getByText('Write a shadow variable …').closest('details');
  const field = within(form ?? document.body).getByLabelText('Number of its type');
  await userEvent.clear(field);
  await userEvent.type(field, '18446744073709551615');
  await userEvent.click(within(form ?? document.body).getByRole('button', { name: 'Write' }));
  const operation = {
    do: 'shadow',
    action: { action: 'alloc', object: 'session-1', id: '18446744073709551615', data: '' },
  };
  expect(asked).toEqual([{ id: 'h1', command: { do: 'operate', operation } }]);
  await expect
    .poll(() => useWindow.getState().announcement)
    .toContain('NULL: there is one already, and the kernel warns');
});

test('the player bar says by which rules a story plays, and what went otherwise', () => {
  const surprises = [
    'step 2 at 8 s, force livepatch_a: the story says done, the kernel answers EINVAL',
  ];
  const rules = 'Linux 6.1 with shadow variables collected';
  render(<PlayerBar host={stalled} demo={{ ...demo, rules, surprises }} />);
  expect(screen.getByText(`By the rules of ${rules}.`)).toBeTruthy();
  expect(screen.getByText(/step 2 at 8 s, force livepatch_a/)).toBeTruthy();
});
