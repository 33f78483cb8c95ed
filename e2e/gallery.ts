/**
 * Pictures for people to look at: every view, in both themes and three sizes, of several states.
 * `npx tsx e2e/gallery.ts FOLDER [PART...]` writes those whose names contain one of the parts.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { viewNames } from '../shared/api/choices';
import { ensureBuild } from '../scripts/build';
import { withDisplay } from '../scripts/lib/display';
import { electronOptions } from '../scripts/lib/electron-options';
import { ensureElectron } from '../scripts/lib/electron-runtime';
import { root } from '../scripts/lib/paths';
import { main, Stop } from '../scripts/lib/process';

interface Picture {
  readonly name: string;
  readonly args: readonly string[];
}

const states = {
  'one-enabled': '02-one-enabled',
  'two-stacked': '03-two-stacked',
  patching: '04-stalled-patching',
  disabling: '10-stalled-disabling',
  replacing: '14-stalled-atomic-replace',
  replaced: '15-after-atomic-replace',
  forced: '17-forced-disable',
  'not-loaded': '20-object-module-not-loaded',
  kthread: '24-stalled-on-kthread',
  none: '01-none',
};
const themes = ['light', 'dark'] as const;
const sizes = ['1440x900', '900x700', '480x800'] as const;
const atOnce = 2;

main(async () => {
  const [folder, ...parts] = process.argv.slice(2);
  if (folder === undefined) throw new Stop('Usage: npx tsx e2e/gallery.ts FOLDER [PART...]');
  mkdirSync(folder, { recursive: true });
  await ensureBuild();
  const wanted = pictures().filter(
    ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
  );
  const failed = await withDisplay(({ env }) => takeAll(wanted, resolve(folder), env), {
    alone: true,
  });
  console.log(`${wanted.length - failed} pictures in ${folder}, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});

function pictures(): Picture[] {
  const targets = [
    ...Object.entries(states).flatMap(([state, file]) =>
      viewNames.map((view) => ({
        name: `${state}-${view}`,
        args: [join(root, 'samples/linux-6.12', `${file}.tar.gz`), '--view', view],
      })),
    ),
    { name: 'start', args: [] },
    { name: 'local', args: ['local'] },
    { name: 'missing', args: ['/nowhere/sosreport-db7.tar.xz'] },
  ];
  return targets.flatMap(({ name, args }) =>
    themes.flatMap((theme) =>
      sizes.map((size) => ({
        name: `${name}-${theme}-${size}`,
        args: [...args, '--theme', theme, '--size', size],
      })),
    ),
  );
}

async function takeAll(
  wanted: readonly Picture[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const { executable } = await ensureElectron();
  const switches = electronOptions({ isVirtual: true, env });
  const waiting = [...wanted];
  let failed = 0;
  const takeNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const profile = mkdtempSync(join(tmpdir(), 'klpscope-gallery-'));
      const options = [`--user-data-dir=${profile}`, root, ...next.args];
      const file = join(folder, `${next.name}.png`);
      const status = await end(executable, [...switches, ...options, '--screenshot', file], {
        ...env,
        XDG_CONFIG_HOME: profile,
      });
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
      // 3: the state could not be read, which is what the picture shows.
      if (status !== 0 && status !== 3) {
        failed += 1;
        console.log(`${next.name} ended with status ${status}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeNext));
  return failed;
}

function end(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  return new Promise<number | null>((done, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('close', done);
  });
}
