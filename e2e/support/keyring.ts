/** A keyring of a story's own: gnome-keyring on a session bus that nothing else is on. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { newSecret } from '../../testing/sshd/secrets';

export interface Keyring {
  /** Variables for programs that are to find it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}

/** Why there can be no keyring here; undefined: there can. */
export function cannotKeep(): string | undefined {
  const missing = ['dbus-run-session', 'gnome-keyring-daemon', 'gdbus'].filter(
    (name) => spawnSync('which', [name]).status !== 0,
  );
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed`;
}

/**
 * The daemon takes the password of the keyring on its input, and makes the keyring with it. Not
 * before may anybody ask for it on the bus, which would start another one, without a keyring.
 */
const script = `
exec 3<&0
gnome-keyring-daemon --foreground --unlock --components=secrets <&3 >/dev/null 2>&1 &
until [ -e "$XDG_DATA_HOME/keyrings/login.keyring" ]; do sleep 0.1; done
until gdbus introspect --session --dest org.freedesktop.secrets \\
  --object-path /org/freedesktop/secrets/collection/login >/dev/null 2>&1; do sleep 0.1; done
echo "bus $DBUS_SESSION_BUS_ADDRESS"
wait
`;

export async function startKeyring(folder: string): Promise<Keyring> {
  const data = join(folder, 'keyring');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const child = spawn('dbus-run-session', ['--', 'sh', '-c', script], {
    env: { ...process.env, XDG_DATA_HOME: data, XDG_RUNTIME_DIR: data },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.stdin.end(newSecret('password'));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, bus] = /^bus (.+)\n/m.exec(said) ?? [];
      if (bus !== undefined) resolve(bus);
    });
    child.once('exit', () => reject(new Error(`no keyring: ${said}`)));
  });
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: address },
    stop() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    },
  };
}
