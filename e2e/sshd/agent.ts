/** An ssh-agent of a test's own. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface Agent {
  readonly socket: string;
  stop(): void;
}

export async function startAgent(keys: readonly string[], passphrase: string): Promise<Agent> {
  const folder = mkdtempSync(join(tmpdir(), 'klpscope-agent-'));
  const socket = join(folder, 'socket');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  while (!existsSync(socket)) await pause(10);
  const askpass = join(folder, 'askpass');
  writeFileSync(askpass, `#!/bin/sh\necho '${passphrase}'\n`, { mode: 0o700 });
  execFileSync('ssh-add', ['-q', ...keys], {
    env: {
      ...process.env,
      SSH_AUTH_SOCK: socket,
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'force',
    },
    stdio: 'ignore',
  });
  return {
    socket,
    stop() {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
