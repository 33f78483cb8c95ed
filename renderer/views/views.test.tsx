// @vitest-environment jsdom
/** What each view says of a status document: its order, its counts, and its quiet branches. */
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ActiveFunction, Finding, StatusDocument } from '../../shared/report/statusDocument';
import { putHost, useWindow } from '../state/store';
import { playMain, type PlayedMain } from '../../testing/renderer/playedMain';
import { blocker, hostOf, patch, settled, transition } from '../../testing/renderer/documents';
import { FindingsView } from './findings/FindingsView';
import { functionColumns } from './functions/columns';
import { FunctionsView } from './functions/FunctionsView';
import { filterFunctions } from './functions/rows';
import { HostTabs } from './host/HostTabs';
import { LivepatchesView } from './livepatches/LivepatchesView';
import { PatchCard } from './livepatches/PatchCard';

const blank = useWindow.getState();
let main: PlayedMain;
beforeAll(() => {
  class NoLayout {
    observe(): void {}
    disconnect(): void {}
    unobserve(): void {}
  }
  Object.defineProperty(window, 'ResizeObserver', { value: NoLayout });
  Object.defineProperty(window, 'CSS', { value: { escape: (text: string) => text } });
});
beforeEach(() => {
  useWindow.setState(blank, true);
  main = playMain();
});
afterEach(cleanup);

const entry: ActiveFunction = {
  object: 'vmlinux',
  name: 'cmdline_proc_show',
  sympos: 1,
  stack: ['livepatch_a', 'livepatch_b'],
  active: 'livepatch_b',
};
const two: StatusDocument = {
  ...settled,
  order: 'reported',
  patches: [patch('livepatch_a'), patch('livepatch_b')],
  functions: [entry],
};

function livepatches(status: StatusDocument): string {
  cleanup();
  const host = hostOf(status);
  putHost(host);
  render(<LivepatchesView host={host} status={status} />);
  return document.body.textContent ?? '';
}

test('livepatches lie top first, the original kernel at the bottom', () => {
  livepatches(two);
  expect(screen.getAllByRole('region').map((one) => one.getAttribute('aria-label'))).toEqual([
    'Livepatch livepatch_b, applied',
    'Livepatch livepatch_a, applied',
    'Original kernel',
    'Who runs what',
    'What then',
    'Read from',
    'Read it yourself',
  ]);
});

test('who else sits on a function stands in the table, and in its detail what that means', () => {
  const alone = {
    count: 1,
    regs: false,
    ipmodify: true,
    direct: false,
    tramp: null,
    kprobe: false,
  };
  const bpf = { ...alone, count: 2, regs: true, direct: true, tramp: 'bpf_trampoline_7' };
  const there = (consumers: ActiveFunction['consumers']) => {
    cleanup();
    const row = consumers === undefined ? entry : { ...entry, consumers };
    const status: StatusDocument = { ...two, functions: [row] };
    render(<FunctionsView host={hostOf(status)} status={status} />);
    const column = functionColumns(status).find(({ title }) => title === 'Also there');
    const detail = screen.queryByRole('region', { name: 'Also there' });
    return [column?.text(row), detail?.textContent];
  };
  expect(there(undefined)).toEqual([undefined, undefined]);
  expect(there(null)).toEqual(['not known', 'Also therenot known']);
  expect(there(alone)).toEqual(['nobody else', 'Also therenobody else (1 user, flags I)']);
  expect(there(bpf)).toEqual([
    'a BPF program',
    'Also therea BPF program (2 users, flags R I D, bpf_trampoline_7)Tracers file what happens in the livepatch’s code under cmdline_proc_show too, while profilers count its cycles in the livepatch’s module.',
  ]);
});

test('how the order is known is said as it is', () => {
  const one = { ...two, patches: [patch('livepatch_a')] };
  expect(livepatches(one)).toContain('One livepatch, on the original kernel.');
  expect(livepatches({ ...one, order: 'unknown' })).toContain('is not known');
  expect(livepatches(two)).toContain('The kernel reports this order.');
  expect(livepatches({ ...two, order: 'inferred' })).toContain('inferred from the load order');
  expect(livepatches({ ...two, order: 'unknown' })).toContain('is open.');
});

test('without livepatches it says which calm this is, or that it is not known', () => {
  const supported = (value: boolean | null) =>
    livepatches({ ...settled, livepatch: { supported: value, tainted: null } });
  expect(supported(true)).toContain('No livepatch is loaded');
  expect(supported(false)).toContain('No livepatching was found here');
  expect(supported(null)).toContain('Whether there are livepatches is not known');
  expect(supported(null)).toContain(', taint unknown');
  const tainted = (value: boolean) =>
    livepatches({ ...settled, livepatch: { supported: true, tainted: value } });
  expect(tainted(true)).toContain(', tainted: livepatch');
  expect(tainted(false)).toContain(', never livepatched since boot');
});

test('a module that is left over can be removed, one in use not, and an open one is open', () => {
  const ghost = (kind: 'leftover' | 'pinned' | 'unknown', refcount: number | null) =>
    livepatches({ ...settled, ghosts: [{ module: 'old', refcount, kind }] });
  expect(ghost('leftover', 0)).toContain('it can be removed; reference count 0');
  expect(screen.getByRole('button', { name: 'Copy “sudo rmmod old”' })).toBeDefined();
  expect(ghost('pinned', 2)).toContain('or something still uses it');
  expect(screen.queryByRole('button', { name: /rmmod/ })).toBeNull();
  expect(ghost('unknown', null)).toContain('whether something uses it could not be read');
  expect(document.body.textContent).not.toContain('reference count');
});

function card(status: StatusDocument, place = 0): string {
  cleanup();
  const each = status.patches[place];
  if (!each) throw new Error('no livepatch');
  render(<PatchCard patch={each} status={status} chosen={null} onChoose={() => undefined} />);
  return document.body.textContent ?? '';
}

test('what is special about a livepatch stands on its card', () => {
  const plain = card(two);
  for (const word of ['atomic replace', 'forced', 'leaves']) expect(plain).not.toContain(word);
  expect(plain).toContain('1 function in 1 object');
  const replacing = patch('x', { replace: true, forced: true });
  expect(card({ ...two, patches: [replacing] })).toMatch(
    /atomic replace.*forced, can never be unloaded/,
  );
  const moving: StatusDocument = {
    ...two,
    patches: [patch('livepatch_a'), patch('livepatch_b', { inTransition: true, replace: null })],
    transitionState: 'running',
    transition: transition(),
  };
  expect(card(moving)).toContain('leaves if this is an atomic replace');
  expect(card(moving, 1)).not.toContain('leaves if');
});

test('a long list of functions is cut until all are asked for', async () => {
  const [object] = patch('x').objects;
  if (!object) throw new Error('no object');
  const functions = Array.from({ length: 61 }, (_, place) => ({
    name: `f${place}`,
    sympos: place === 0 ? 2 : 1,
    nop: place === 1,
  }));
  const long = patch('x', {
    objects: [
      { ...object, functions },
      { ...object, name: 'nfs', functions: [] },
    ],
  });
  expect(card({ ...two, patches: [long] })).not.toContain('f60');
  expect(screen.getByText('f0,2')).toBeDefined();
  expect(document.body.textContent).toContain('nop, until it completes');
  expect(document.body.textContent).toContain('nfsno function was read');
  await userEvent.setup().click(screen.getByRole('button', { name: 'Show all 61 functions' }));
  expect(screen.getByText('f60')).toBeDefined();
});

function cells(status: StatusDocument, one = status.functions[0]): Record<string, string> {
  if (!one) throw new Error('no function');
  return Object.fromEntries(functionColumns(status).map(({ id, text }) => [id, text(one)]));
}

test('a row of a function says who runs, who is shadowed and what it falls back to', () => {
  expect(cells(two)).toEqual({
    object: 'vmlinux',
    name: 'cmdline_proc_show',
    sympos: '1',
    active: 'livepatch_b',
    stack: 'livepatch_a',
    fallback: 'livepatch_a',
  });
  const three = { ...entry, stack: ['a', 'b', 'c'], active: 'c' };
  const stacked = { ...two, patches: three.stack.map((name) => patch(name)), functions: [three] };
  expect(cells(stacked, three)).toMatchObject({ stack: 'b a', fallback: 'b' });
  expect(cells(two, { ...entry, sympos: null })).toMatchObject({ sympos: '' });
  const open = { ...entry, active: null };
  expect(cells({ ...two, order: 'unknown' }, open)).toMatchObject({
    active: '',
    stack: '',
    fallback: '',
  });
  const away = patch('livepatch_a', {
    objects: [{ name: 'nfs', loaded: false, patched: false, functions: [] }],
  });
  const waiting = { ...open, object: 'nfs', stack: ['livepatch_a', 'livepatch_b'] };
  const status = { ...two, patches: [away] };
  expect(cells(status, waiting)).toMatchObject({ stack: 'livepatch_a' });
  const runs = functionColumns(status).find(({ id }) => id === 'active');
  render(<>{runs?.cell(waiting)}</>);
  expect(screen.getByText('module not loaded').dataset['tone']).toBe('unknown');
});

test('functions are found by any of their words', () => {
  const other = { ...entry, object: 'nfs', name: 'nfs_wait', stack: ['x'], active: null };
  const all = [entry, other];
  expect(filterFunctions(all, '')).toEqual(all);
  expect(filterFunctions(all, 'VMLINUX livepatch_b')).toEqual([entry]);
  expect(filterFunctions(all, 'nfs')).toEqual([other]);
  expect(filterFunctions(all, 'nfs livepatch_b')).toEqual([]);
});

test.each([
  [
    { ...settled, livepatch: { supported: false, tainted: null } },
    'no /sys/kernel/livepatch in what was saved',
  ],
  [settled, 'every function is the original'],
  [{ ...settled, patches: [patch('x')] }, 'could be read'],
])('without functions it says why %#', (status, part) => {
  render(<FunctionsView host={hostOf(status)} status={status} />);
  expect(document.body.textContent).toContain(part);
});

const finding = (
  severity: Finding['severity'],
  message: string,
  change: Partial<Finding> = {},
): Finding => ({
  code: 'overlap',
  severity,
  subject: null,
  message,
  evidence: [],
  remedies: [],
  ...change,
});

test('findings stand gravest first; a path of the evidence leads to its file', async () => {
  const findings = [
    finding('info', 'one'),
    finding('error', 'two', { evidence: ['/proc/modules', 'a line\u001b[2J'] }),
    finding('warning', 'three'),
  ];
  const status = { ...settled, findings };
  putHost(hostOf(status));
  render(<FindingsView host={hostOf(status)} status={status} />);
  const messages = screen.getAllByRole('article').map((one) => one.querySelector('p')?.textContent);
  expect(messages).toEqual(['two', 'three', 'one']);
  expect(document.body.textContent).toContain('a line\\x1b[2J');
  await userEvent.setup().click(screen.getByRole('button', { name: '/proc/modules' }));
  expect(useWindow.getState().views['h1']).toMatchObject({
    view: 'files',
    chosen: { files: '/proc/modules' },
  });
});

test('a finding is copied with its proof, as it is', async () => {
  const status = { ...settled, findings: [finding('warning', 'message', { evidence: ['proof'] })] };
  render(<FindingsView host={hostOf(status)} status={status} />);
  await userEvent.setup().click(screen.getByRole('button', { name: 'Copy finding' }));
  const [copied] = main.asked('clipboard:write');
  expect(Reflect.get(Object(copied), 'text')).toMatch(/^.+: .+\nmessage\nproof$/);
});

test('of many problems the first hundred are listed, and how many more there are', () => {
  const problems = Array.from({ length: 1102 }, (_, place) => ({
    code: 'permission-denied' as const,
    path: null,
    message: `problem ${place}`,
  }));
  const status = { ...settled, problems };
  render(<FindingsView host={hostOf(status)} status={status} />);
  const region = screen.getByRole('region', { name: 'What could not be read' });
  expect(region.textContent).toContain('1,102 problems while reading');
  expect(within(region).getAllByRole('listitem')).toHaveLength(101);
  expect(region.textContent).toContain('and 1,002 more');
});

test('tabs count what they hold, and colour what is grave', () => {
  const tabs = (status: StatusDocument) => {
    cleanup();
    render(<HostTabs host={hostOf(status)} status={status} />);
    return screen.getAllByRole('tab').map((one) => one.textContent);
  };
  expect(tabs(settled)).toEqual(['Transition', 'Livepatches', 'Functions', 'Findings', 'Files']);
  const full: StatusDocument = {
    ...two,
    transitionState: 'running',
    transition: transition(),
    blockers: [blocker(1)],
    findings: [finding('info', 'x')],
  };
  expect(tabs(full)).toEqual(['Transition3', 'Livepatches2', 'Functions1', 'Findings1', 'Files']);
  expect(screen.queryByText('1', { selector: '[data-tone=stuck]' })).toBeNull();
  tabs({ ...full, findings: [finding('info', 'x'), finding('warning', 'y')], functions: [] });
  expect(screen.getByText('2', { selector: '[data-tone=stuck]' })).toBeDefined();
  const none = { total: 5, done: 5, blocking: 0, undefined: 0 };
  expect(tabs({ ...full, transition: transition({ threads: none }) })[0]).toBe('Transition');
});

test('what comes next of a function that the transition does not change is no matter of its end', () => {
  const moving = (name: string): StatusDocument => ({
    ...two,
    transitionState: 'running',
    transition: transition({ patch: name }),
  });
  expect(livepatches(moving('livepatch_c'))).toContain(
    'If its livepatch goesIt falls back to livepatch_a.',
  );
  expect(livepatches(moving('livepatch_b'))).toContain('When the transition completes');
});
