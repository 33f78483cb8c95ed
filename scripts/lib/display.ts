import { spawn } from 'node:child_process';
import { say, Stop } from './process';
import { ensureSystemPackages } from './system-packages';

/** Where windows appear. */
export interface Display {
  isVirtual: boolean;
  /** The environment for programs that are to show their windows there. */
  env: NodeJS.ProcessEnv;
}

/** Room for the app's largest screenshots. */
const SIZE = '1680x1050x24';

/**
 * Runs something that opens windows: on the user's display where there is one, otherwise on a
 * virtual one, which is taken down afterwards.
 *
 * @param options.alone asks for a virtual display in any case: tests must not meet with the user.
 */
export async function withDisplay<T>(
  run: (display: Display) => Promise<T>,
  options: { alone?: boolean } = {},
): Promise<T> {
  const { DISPLAY, WAYLAND_DISPLAY, ...rest } = process.env;
  if (process.platform !== 'linux' || (!options.alone && (DISPLAY || WAYLAND_DISPLAY))) {
    return run({ isVirtual: false, env: process.env });
  }
  await ensureSystemPackages(['display']);
  const { display, stop } = await startVirtualDisplay();
  if (!options.alone) say(`There is no display: using a virtual one (${display}, by Xvfb).`);
  process.on('exit', stop);
  try {
    return await run({ isVirtual: true, env: { ...rest, DISPLAY: display } });
  } finally {
    process.off('exit', stop);
    stop();
  }
}

async function startVirtualDisplay(): Promise<{ display: string; stop: () => void }> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', SIZE, '-nolisten', 'tcp', '-noreset'],
    // In a group of its own, an interrupt from the keyboard does not end it before the app.
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true },
  );
  const display = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stdio[3]?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.endsWith('\n')) resolve(`:${said.trim()}`);
    });
    server.on('error', (error) => reject(new Stop(`Xvfb cannot be started: ${error.message}`)));
    server.on('exit', (status) => reject(new Stop(`Xvfb has ended with status ${status}.`)));
  });
  server.unref();
  return { display, stop: () => void server.kill() };
}
