/** An ssh-agent of a test's own. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withAskpass } from './secrets';

export interface Agent {
  readonly socket: string;
  stop(): void;
}

/** ssh-add(1), EXIT STATUS: 2 where it can't reach the agent. */
function answers(socket: string): boolean {
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  return spawnSync('ssh-add', ['-l'], { env, stdio: 'ignore' }).status !== 2;
}

export async function startAgent(keys: readonly string[], passphrase: string): Promise<Agent> {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-agent-'));
  const socket = join(folder, 'socket');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  // Its socket is there a moment before it listens.
  while (!answers(socket)) await pause(10);
  withAskpass(passphrase, (env) => {
    execFileSync('ssh-add', ['-q', ...keys], {
      env: { ...env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    });
  });
  return {
    socket,
    stop() {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
