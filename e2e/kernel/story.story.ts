/**
 * The life of livepatches on a real kernel, in one go, as an administrator's window, `watch --json`
 * and `status --json` tell it over real SSH. What is true comes from the guest's own files, from its
 * log (whose debug messages the lab switches on, never the product), and from its tracing.
 */
import { statusDocumentSchema, type StatusDocument } from '../../shared/report/statusDocument';
import { tab } from '../support/screen';
import { expect, test } from './labTest';
import { openings, readersOfState } from './openings';
import { openScene, windowSays, type Scene } from './scene';

test.describe.configure({ mode: 'serial' });

/** Opened by the first story, and used by all. */
let opened: Scene | null = null;
/** The D and S sleepers and the kernel thread of the stalled transition. */
let sleepers = { d: 0, s: 0, k: 0 };
/** The D sleepers of the first and of the last stalled transition. */
let firstSleeper = 0;
let lastSleeper = 0;

function scene(): Scene {
  if (opened === null) throw new Error('the first story did not get that far');
  return opened;
}

test.afterEach(async ({ kernel }, info) => {
  const folder = process.env['KLPSCOPE_LAB_PICTURES'];
  if (folder === undefined || opened === null) return;
  const name = `${kernel} ${info.title}`.replaceAll(/\W+/g, '-');
  await opened.page.screenshot({ path: `${folder}/${name}.png` });
});

test.afterAll(async () => {
  await opened?.app.close();
  await opened?.watching.end();
  await opened?.guest.close();
});

test('nothing is loaded', async ({ lab, client }) => {
  opened = await openScene(lab, client);
  const { page, watching, status } = opened;
  await windowSays(opened, 'No livepatch is applied', 'The kernel runs its original code.');
  await expect(page.getByText('read as root')).toBeVisible();
  await expect(page.getByText(`Linux ${lab.release}`, { exact: true })).toBeVisible();
  const [first] = await watching.sees('state null');
  expect(first?.status?.patches).toEqual([]);
  expect(await status()).toMatchObject({
    source: 'ssh',
    host: { kernel: lab.release },
    livepatch: { supported: true, tainted: false },
    coverage: { privileged: true, threadsRead: null },
    patches: [],
    transitionState: 'none',
  });
});

test('one livepatch is applied', async () => {
  const { guest, watching, seenSettled, status } = scene();
  watching.beforeAct();
  await guest.apply('lp_one');
  expect(await guest.run('cat /proc/cmdline')).toBe('lp_one was here');
  await seenSettled(['lp_one is applied'], 'patch-appeared lp_one', 'state null');
  const { patches, functions, livepatch } = await status();
  expect(patches).toMatchObject([{ name: 'lp_one', enabled: true, inTransition: false }]);
  expect(functions).toMatchObject([
    { object: 'vmlinux', name: 'cmdline_proc_show', stack: ['lp_one'], active: 'lp_one' },
  ]);
  expect(livepatch.tainted).toBe(true);
});

test('a second one goes on top of it', async () => {
  const { guest, page, watching, seenSettled, status } = scene();
  watching.beforeAct();
  await guest.apply('lp_two');
  expect(await guest.run('cat /proc/cmdline')).toBe('lp_two was here');
  const events = ['patch-appeared lp_two', 'finding overlap', 'state null'];
  await seenSettled(['2 livepatches are applied'], ...events);
  const { functions } = await status();
  expect(functions).toMatchObject([
    { name: 'cmdline_proc_show', stack: ['lp_one', 'lp_two'], active: 'lp_two' },
  ]);
  await tab(page, 'Livepatches').click();
  const one = page.getByRole('region', { name: /^Livepatch lp_one/ });
  await expect(one).toContainText('shadowed by lp_two');
  await tab(page, 'Transition').click();
});

test('a transition stalls on a D sleeper, an S sleeper and a kernel thread', async () => {
  const { guest, watching } = scene();
  await guest.load('klp_busy', 'kthread=1');
  const document = await stalledOnAll(scene());
  const { d, s, k } = sleepers;
  firstSleeper = d;
  const told = await watching.sees(
    'patch-appeared lp_sleepers',
    'transition-started lp_sleepers',
    'finding transition-in-progress',
    `blocker ${d}`,
    `blocker ${s}`,
    `blocker ${k}`,
    'progress lp_sleepers',
    'state null',
  );
  // Of an attempt before, the log may tell late.
  const started = told.findLast(({ event }) => event === 'transition-started');
  expect(started?.direction).toBe('patching');
  const inD = told.find(({ event, subject }) => event === 'blocker' && subject === String(d));
  expect(inD?.blocker).toMatchObject({ state: 'D', reason: { function: 'klp_busy_wait_d' } });
  await windowSays(scene(), 'lp_sleepers is being applied');

  expect(document.transition).toMatchObject({ patch: 'lp_sleepers', direction: 'patching' });
  expect(document.transition?.threads.blocking).toBe(3);
  const by = new Map(document.blockers.map((blocker) => [blocker.tid, blocker]));
  expect(by.get(d)).toMatchObject({ comm: 'cat', state: 'D', kthread: false, uid: 1000 });
  expect(by.get(d)).toMatchObject({ unit: 'reader-d.service', cmdline: 'cat /dev/klp_busy_d' });
  expect(by.get(s)).toMatchObject({ comm: 'cat', state: 'S', kthread: false, uid: 1000 });
  expect(by.get(s)?.remedies).toContain('wait-for-signal');
  expect(by.get(k)).toMatchObject({ comm: 'klp_busy_kt', state: 'I', kthread: true });
  expect(by.get(d)?.remedies).not.toContain('wait-for-signal');
  expect(by.get(k)?.remedies).not.toContain('wait-for-signal');
});

/**
 * The kernel gives 15 s until its signal frees the S sleeper. On a machine that is too busy for all to
 * see it in that time all are let go, and the same begins anew.
 */
async function stalledOnAll(scene: Scene): Promise<StatusDocument> {
  const { guest, watching, seenSettled, agreesOnBlockers } = scene;
  for (let attempt = 1; ; attempt += 1) {
    watching.beforeAct();
    const [d, s] = [await guest.sleeper('d'), await guest.sleeper('s')];
    const k = await guest.kthread();
    sleepers = { d, s, k };
    await guest.load('lp_sleepers');
    await guest.namedByKernel(d, s, k);
    try {
      const document = await agreesOnBlockers([d, s, k], 14_000);
      // Had it read too late, it would never tell of the S sleeper.
      await expect.poll(() => watching.hasSeen(`blocker ${s}`), { timeout: 20_000 }).toBe(true);
      return document;
    } catch (error) {
      if (attempt === 8) throw error;
      await guest.letGo('all');
      await guest.settle();
      await seenSettled(['3 livepatches are applied']);
      // The kernel thread sleeps in its code by now.
      await guest.run('dismiss lp_sleepers');
      await guest.unload('lp_sleepers');
      await seenSettled(['2 livepatches are applied']);
    }
  }
}

test('the kernel’s signal after 15 s frees the S sleeper alone', async () => {
  const { guest, watching, agreesOnBlockers } = scene();
  const { d, s, k } = sleepers;
  await guest.waitLog('livepatch: signaling remaining tasks', 120);
  await guest.waitState(s, 1);
  await watching.sees(`unblocked ${s}`, 'finding transition-stalled');
  const { blockers, findings } = await agreesOnBlockers([d, k]);
  expect(blockers.map(({ tid }) => tid)).not.toContain(s);
  expect(findings.map(({ code }) => code)).toContain('transition-stalled');
  await windowSays(scene(), 'stuck on 2 threads');
});

test('reversed, it waits for who already ran the new code', async () => {
  const { guest, watching, agreesOnBlockers } = scene();
  const { d, k } = sleepers;
  const late = await guest.sleeper('d');
  watching.beforeAct();
  await guest.reverse('lp_sleepers');
  await guest.namedByKernel(late);
  const told = await watching.sees(
    'patch-disabled lp_sleepers',
    'transition-reversed lp_sleepers',
    `unblocked ${d}`,
    `unblocked ${k}`,
    `blocker ${late}`,
  );
  expect(told.find(({ event }) => event === 'transition-reversed')?.direction).toBe('unpatching');
  const { blockers, transition } = await agreesOnBlockers([late]);
  expect(transition).toMatchObject({ patch: 'lp_sleepers', direction: 'unpatching' });
  expect(blockers.find(({ tid }) => tid === late)?.reason).toMatchObject({
    function: 'klp_busy_wait_d',
    symbol: 'lp_sleepers_wait_d',
  });
  await windowSays(scene(), 'lp_sleepers is being removed');
});

test('reversed again, it waits for the first ones again', async () => {
  const { guest, watching, agreesOnBlockers } = scene();
  const { d, k } = sleepers;
  watching.beforeAct();
  await guest.reverse('lp_sleepers');
  await guest.namedByKernel(d, k);
  const told = await watching.sees(
    'patch-enabled lp_sleepers',
    'transition-reversed lp_sleepers',
    `blocker ${d}`,
    `blocker ${k}`,
  );
  expect(told.find(({ event }) => event === 'transition-reversed')?.direction).toBe('patching');
  const { transition } = await agreesOnBlockers([d, k]);
  expect(transition).toMatchObject({ patch: 'lp_sleepers', direction: 'patching' });
  await windowSays(scene(), 'lp_sleepers is being applied');
});

test('it completes once the blocking threads are let go', async () => {
  const { guest, watching, seenSettled, status } = scene();
  watching.beforeAct();
  await guest.letGo('all');
  await guest.settle();
  await seenSettled(['3 livepatches are applied'], 'transition-completed lp_sleepers');
  expect(await status()).toMatchObject({ transition: null, blockers: [], transitionState: 'none' });
});

test('an atomic replace stalls; what nobody replaces goes back by a nop', async ({ lab }) => {
  const { guest, page, watching, agreesOnBlockers } = scene();
  const [d, k] = [await guest.sleeper('d'), await guest.kthread()];
  watching.beforeAct();
  await guest.load('lp_cumul_busy');
  await guest.namedByKernel(d, k);
  const document = await agreesOnBlockers([d, k]);
  await watching.sees(
    'patch-appeared lp_cumul_busy',
    'transition-started lp_cumul_busy',
    `finding ${lab.kernel === '6.12' ? 'replace' : 'transition'}-in-progress`,
    `blocker ${d}`,
    `blocker ${k}`,
  );
  // Without the file `replace` (before 6.11) nothing tells a replace from one more livepatch.
  const hasReplace = await guest.run('ls /sys/kernel/livepatch/lp_cumul_busy/replace || :');
  expect(hasReplace.startsWith('/sys')).toBe(lab.kernel === '6.12');
  const replacing = document.patches.find(({ name }) => name === 'lp_cumul_busy');
  expect(replacing?.replace).toBe(lab.kernel === '6.12' ? true : null);
  // sysfs shows nops like any other function: it does not tell that these are no replacements.
  const listed = replacing?.objects.flatMap(({ functions }) => functions) ?? [];
  for (const name of ['cmdline_proc_show', 'klp_busy_kwait']) {
    expect(listed.find((one) => one.name === name)?.nop).toBe(null);
  }
  expect(document.blockers.find(({ tid }) => tid === k)?.reason).toMatchObject({
    function: 'klp_busy_kwait',
    symbol: 'lp_sleepers_kwait',
  });
  await windowSays(
    scene(),
    lab.kernel === '6.12'
      ? 'lp_cumul_busy is replacing 3 livepatches'
      : 'lp_cumul_busy is being applied',
  );
  await tab(page, 'Livepatches').click();
  const card = page.getByRole('region', { name: /^Livepatch lp_cumul_busy/ });
  await expect(card.getByRole('button', { name: 'klp_busy_kwait' })).toBeVisible();
});

test('the replace completes and leaves modules behind', async () => {
  const { guest, page, watching, seenSettled, status } = scene();
  watching.beforeAct();
  await guest.letGo('all');
  await guest.settle();
  expect(await guest.run('cat /proc/cmdline')).toContain('console=ttyS0');
  await seenSettled(
    ['lp_cumul_busy is applied', '3 replaced or disabled modules can be removed.'],
    'transition-completed lp_cumul_busy',
    'patch-gone lp_one',
    'patch-gone lp_two',
    'patch-gone lp_sleepers',
    'finding leftover-module',
  );
  const { patches, ghosts } = await status();
  expect(patches.map(({ name }) => name)).toEqual(['lp_cumul_busy']);
  expect(
    patches[0]?.objects.flatMap(({ functions }) => functions.map(({ name }) => name)).sort(),
  ).toEqual(['klp_busy_wait_d', 'klp_busy_wait_s', 'version_proc_show']);
  expect(ghosts).toEqual(
    ['lp_one', 'lp_sleepers', 'lp_two'].map((module) => ({
      module,
      refcount: 0,
      kind: 'leftover',
    })),
  );
  const panel = page.getByRole('region', { name: 'Modules without a livepatch' });
  await expect(panel).toContainText('lp_sleepers');
  for (const module of ['lp_one', 'lp_two', 'lp_sleepers'] as const) await guest.unload(module);
  await expect(panel).toHaveCount(0);
  expect((await status()).ghosts).toEqual([]);
});

test('forced while it was being disabled, its module is pinned for ever', async () => {
  const { guest, page, watching, seenSettled, status, agreesOnBlockers } = scene();
  await tab(page, 'Transition').click();
  const d = await guest.sleeper('d');
  watching.beforeAct();
  await guest.disable('lp_cumul_busy');
  await guest.namedByKernel(d);
  await agreesOnBlockers([d]);
  await windowSays(scene(), 'lp_cumul_busy is being removed');
  await watching.sees('patch-disabled lp_cumul_busy', 'transition-started lp_cumul_busy');
  watching.beforeAct();
  await guest.force('lp_cumul_busy');
  await seenSettled(
    ['No livepatch is applied, after a forced transition'],
    'patch-gone lp_cumul_busy',
    'transition-completed lp_cumul_busy',
    'finding pinned-module',
    'finding was-forced',
  );
  await expect(guest.run('rmmod lp_cumul_busy')).rejects.toThrow('in use');
  const { patches, ghosts } = await status();
  expect(patches).toEqual([]);
  expect(ghosts).toEqual([{ module: 'lp_cumul_busy', refcount: 1, kind: 'pinned' }]);
  await tab(page, 'Findings').click();
  await expect(page.getByRole('tabpanel')).toContainText('Pinned module');
  await tab(page, 'Transition').click();
  await expect(page.getByRole('tabpanel')).toContainText(
    'A transition was forced since boot: nobody can tell whether threads still run other code.',
  );
  await guest.letGo('all');
});

test('an object is patched when it is loaded, and unloaded again', async () => {
  const { guest, page, watching, seenSettled, status } = scene();
  await tab(page, 'Livepatches').click();
  watching.beforeAct();
  await guest.apply('lp_later');
  const card = page.getByRole('region', { name: /^Livepatch lp_later/ });
  await expect(card).toContainText('waits for the module to load');
  const events = ['patch-appeared lp_later', 'finding object-not-loaded'];
  await seenSettled(['lp_later is applied'], ...events);
  const object = async () =>
    (await status()).patches[0]?.objects.find(({ name }) => name === 'klp_later');
  expect(await object()).toMatchObject({ loaded: false, patched: false });

  watching.beforeAct();
  await guest.load('klp_later');
  expect(await guest.run('cat /proc/klp_later')).toBe('lp_later was here');
  await expect(card).not.toContainText('waits for the module to load');
  await watching.sees('object-patched lp_later:klp_later');
  expect(await object()).toMatchObject({ loaded: true, patched: true });

  watching.beforeAct();
  await guest.unload('klp_later');
  await expect(card).toContainText('waits for the module to load');
  await watching.sees('object-unpatched lp_later:klp_later');
  expect(await object()).toMatchObject({ loaded: false, patched: false });
  watching.beforeAct();
  await guest.retire('lp_later');
  await guest.unload('lp_later');
  await seenSettled(['No livepatch is applied'], 'patch-gone lp_later');
});

test('a livepatch in the middle of the stack is disabled', async () => {
  const { guest, page, watching, seenSettled, status } = scene();
  const stack = [
    ['lp_one', 'lp_one is applied'],
    ['lp_two', '2 livepatches are applied'],
    ['lp_three', '3 livepatches are applied'],
  ] as const;
  for (const [patch, sentence] of stack) {
    watching.beforeAct();
    await guest.apply(patch);
    await seenSettled([sentence], `patch-appeared ${patch}`);
  }
  watching.beforeAct();
  await guest.retire('lp_two');
  expect(await guest.run('cat /proc/cmdline')).toBe('lp_three was here');
  await seenSettled(['2 livepatches are applied'], 'patch-gone lp_two', 'finding leftover-module');
  const { functions, ghosts } = await status();
  expect(functions).toMatchObject([{ stack: ['lp_one', 'lp_three'], active: 'lp_three' }]);
  expect(ghosts).toContainEqual({ module: 'lp_two', refcount: 0, kind: 'leftover' });
  await expect(page.getByRole('region', { name: /^Livepatch lp_two/ })).toHaveCount(0);
});

test('the modules are removed', async () => {
  const { guest, watching, seenSettled, status } = scene();
  watching.beforeAct();
  await guest.retire('lp_three');
  await seenSettled(['lp_one is applied'], 'patch-gone lp_three');
  watching.beforeAct();
  await guest.retire('lp_one');
  await seenSettled(['No livepatch is applied'], 'patch-gone lp_one');
  for (const module of ['lp_one', 'lp_two', 'lp_three'] as const) await guest.unload(module);
  expect(await status()).toMatchObject({
    patches: [],
    functions: [],
    ghosts: [{ module: 'lp_cumul_busy', kind: 'pinned' }],
    transitionState: 'none',
    livepatch: { tainted: true },
  });
});

test('read through sudo it is the same as by root; without rights it says what is missing', async () => {
  const { guest, page, client, watching, seenSettled, agreesOnBlockers } = scene();
  await tab(page, 'Transition').click();
  const d = await guest.sleeper('d');
  lastSleeper = d;
  watching.beforeAct();
  await guest.load('lp_busy');
  await guest.namedByKernel(d);
  // Somebody else may block for a moment in one of the two readings.
  await expect(async () => {
    const asRoot = await agreesOnBlockers([d]);
    const { document: asAdmin } = await client.status('admin', '--sudo');
    expect(asAdmin.coverage.privileged).toBe(true);
    expect(asAdmin.blockers).toEqual(asRoot.blockers);
  }).toPass({ timeout: 300_000 });
  const { document: asViewer } = await client.status('viewer');
  expect(asViewer.coverage).toMatchObject({ privileged: false });
  expect(asViewer.coverage.threadsDenied).toBeGreaterThan(0);
  expect(asViewer.transition).toMatchObject({ patch: 'lp_busy', hiddenBlockersPossible: true });
  expect(asViewer.findings.map(({ code }) => code)).toContain('partial-view');
  await watching.sees('transition-started lp_busy', `blocker ${d}`);
  watching.beforeAct();
  await guest.letGo('all');
  await guest.settle();
  await seenSettled(['lp_busy is applied'], 'transition-completed lp_busy');
});

test('nobody of ours opened anything for writing, and the guest would have told', async ({
  lab,
}) => {
  const { guest, app, watching, status } = scene();
  const writes = async () =>
    (await openings(guest))
      // The server and sudo themselves write: oom_score_adj, the terminal, the records of logins.
      .filter(({ comm, forWriting }) => forWriting && !['sshd', 'sudo'].includes(comm))
      // Some shells look for a terminal as they start (bash's shell.c), and find none.
      .filter(({ path }) => path !== '/dev/null' && path !== '/dev/tty');
  const seen = await openings(guest);
  const first = readersOfState(seen, firstSleeper);
  const last = readersOfState(seen, lastSleeper);
  // Window and watch read the first stalled transition and the last, each over its one connection.
  const through = [...first.keys()].filter((session) => last.has(session));
  expect(through).toHaveLength(2);
  expect(first.size, 'status has connections of its own').toBeGreaterThan(through.length);
  const logins = (await guest.run('id -u root; id -u admin; id -u viewer')).split('\n').map(Number);
  expect(new Set(last.values())).toEqual(new Set(logins));
  expect(await writes()).toEqual([]);
  const path = '/sys/kernel/livepatch/lp_busy/enabled';
  // The value that it has already: the kernel refuses it (EINVAL), but it was opened for writing.
  expect((await lab.ssh(`echo 1 >${path}`)).code).not.toBe(0);
  expect(await writes()).toMatchObject([{ login: 0, call: 'opened', path, forWriting: true }]);

  expect(app.warnings).toEqual([]);
  // What is pinned for ever, and was forced, is a warning: settled, and no error.
  expect((await status()).findings.map(({ severity }) => severity)).not.toContain('error');
  const { exitStatus, warnings } = await watching.end();
  expect(warnings).toBe('');
  expect(exitStatus).toBe(0);
  expect(watching.events().map(({ event }) => event)).not.toContain('lost');
  const beginning = statusDocumentSchema.parse(watching.events()[0]?.status);
  expect(beginning.patches).toEqual([]);
});
