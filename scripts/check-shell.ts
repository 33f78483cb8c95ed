/** Run by `npm run check:shell`: ShellCheck reads every shell program of this repository. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths';
import { main, runVisibly, Stop } from './lib/process';
import { ensureSystemPackages } from './lib/system-packages';

const folders = ['main', 'e2e', 'build', 'scripts'];

main(async () => {
  await ensureSystemPackages(['check']);
  const programs = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.sh'))
      .map((name) => join(folder, name)),
  );
  const { status } = await runVisibly('shellcheck', programs, { cwd: root });
  if (status === 127) throw new Stop('ShellCheck (the program shellcheck) is not installed.');
  return status;
});
