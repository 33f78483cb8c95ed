/**
 * This machine read by a user who isn't root: real accounts, Debian's own sudo, a sudoers of the
 * test's own in a mount namespace. pkexec is a stand-in that looks at its arguments and makes root
 * of its caller: the real one wants polkit's daemon and a session.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSecret } from '../../../testing/sshd/secrets';
import { cannotServe, startSshd, type SshServer } from '../../../testing/sshd/server';
import { statusDocumentSchema } from '../../../shared/report/statusDocument';
import { keepOrRemove } from '../../../testing/main/kept';
import { buildProgram } from '../../../testing/main/program';
import { skipping } from '../../../testing/main/skipping';

const impossible = skipping(import.meta.filename, cannotServe());

let folder = '';
let program = '';
let server: SshServer;
/** Has no sudo. */
let bare: SshServer;

type User = Parameters<SshServer['asUser']>[0];

const standIn = `#!/bin/sh
[ $# = 4 ] && [ "$1 $2 $3" = '--disable-internal-agent /bin/sh -c' ] || exit 99
[ "$(env | cut -d= -f1 | sort | tr '\\n' ' ')" = 'LC_ALL PATH PWD ' ] || exit 98
case $(cat /usr/local/sbin/answer) in
yes) shift; exec /usr/local/sbin/become --reuid=0 --regid=0 --clear-groups -- "$@" ;;
dismissed) exit 126 ;;
*) echo 'Error executing command as another user: No authentication agent found.' >&2; exit 127 ;;
esac
`;

function pkexecAnswers(answer: 'yes' | 'dismissed' | 'nobody'): void {
  writeFileSync(join(folder, 'sbin/answer'), answer);
}

/** Without a terminal: standard input and output are pipes, in a session of its own. */
function statusOn(where: SshServer, user: User, args: readonly string[]) {
  const command = [process.execPath, program, 'status', 'local', ...args];
  const [name = '', ...rest] = where.asUser(user, command);
  const run = spawnSync('setsid', ['--wait', name, ...rest], { encoding: 'utf8' });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

function documentOf(text: string) {
  const { coverage, problems, findings } = statusDocumentSchema.parse(JSON.parse(text));
  return {
    privileged: coverage.privileged,
    problems: problems
      .filter(({ code }) => code.startsWith('sudo-'))
      .map(({ code, message }) => `${code}: ${message}`),
    remedies: findings.filter(({ code }) => code === 'partial-view').map((each) => each.remedies),
  };
}

/** On a terminal, where each of the answers is typed once a question stands there. */
function onTerminal(user: User, answers: readonly string[], env: readonly string[] = []) {
  const output = join(folder, `output-${user}`);
  writeFileSync(output, '');
  chmodSync(output, 0o666);
  const line = [process.execPath, program, 'status', 'local', '--sudo', '--json', '>', output];
  const script = ['script', '-qefc', line.join(' '), '/dev/null'];
  const [name = '', ...rest] = server.asUser(user, [...env, ...script]);
  const left = [...answers];
  let screen = '';
  let seen = 0;
  const child = spawn(name, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    const at = screen.indexOf('Password for sudo', seen);
    if (at === -1) return;
    seen = at + 1;
    child.stdin.write(left.shift() ?? '\u0004');
  });
  return new Promise<{ status: number | null; screen: string; stdout: string }>((resolve) =>
    child.once('close', (code) =>
      resolve({ status: code, screen, stdout: readFileSync(output, 'utf8') }),
    ),
  );
}

describe.skipIf(impossible)('this machine, by a user who is not root', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'klpscope-local-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'sbin'));
    writeFileSync(join(folder, 'sbin/pkexec'), standIn, { mode: 0o755 });
    execFileSync('cp', ['/usr/bin/setpriv', join(folder, 'sbin/become')]);
    chmodSync(join(folder, 'sbin/become'), 0o4755);
    pkexecAnswers('nobody');
    mkdirSync(join(folder, 'without'));
    // Overlayfs takes it for a file that was removed.
    execFileSync('mknod', [join(folder, 'without/sudo'), 'c', '0', '0']);
    const layers = `lowerdir=${join(folder, 'without')}:/usr/bin`;
    [program, server, bare] = await Promise.all([
      buildProgram(join(folder, 'program')),
      startSshd({ prepare: [`mount --bind '${join(folder, 'sbin')}' /usr/local/sbin`] }),
      startSshd({ prepare: [`mount -t overlay none -o '${layers}' /usr/bin`] }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([server.stop(), bare.stop()]);
    keepOrRemove(folder);
  });

  it('is shown in part, with what to do about it', () => {
    const { status: code, stdout, stderr } = statusOn(server, 'viewer', ['--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(documentOf(stdout)).toEqual({
      privileged: false,
      problems: [],
      remedies: [['become-privileged']],
    });
  });

  it('is read whole through a sudo that asks nothing', () => {
    const { stdout, stderr } = statusOn(server, 'admin', ['--sudo', '--json']);
    expect(stderr).toBe('');
    expect(documentOf(stdout)).toEqual({ privileged: true, problems: [], remedies: [] });
  });

  it('is read whole through a sudo that asks on a terminal, where a wrong password is asked again', async () => {
    const wrong = newSecret('password');
    const run = await onTerminal('operator', [`${wrong}\n`, `${server.password}\n`]);
    expect(run.screen).toContain('That was not accepted. Password for sudo of operator');
    expect(documentOf(run.stdout).privileged).toBe(true);
    for (const secret of [wrong, server.password]) {
      expect(run.screen + run.stdout).not.toContain(secret);
    }
  });

  it('is shown in part to who gives no password', async () => {
    const { stdout, status: code } = await onTerminal('operator', []);
    expect(code).toBe(0);
    expect(documentOf(stdout)).toMatchObject({
      privileged: false,
      problems: [expect.stringMatching(/^sudo-password-needed: .*login may read/)],
      remedies: [['become-privileged']],
    });
  });

  it('is not read where sudo wants a password and there is nobody to ask', () => {
    const { status: code, stdout, stderr } = statusOn(server, 'operator', ['--sudo', '--json']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^klpscope: sudo-password-needed: .*terminal.*\n$/);
  });

  it.each([
    ['ttyonly', 'requiretty'],
    ['restricted', 'wants a password'],
  ] as const)('%s is told why sudo does not help', (user, words) => {
    const { status: code, stdout, stderr } = statusOn(server, user, ['--sudo', '--json']);
    expect(`${stdout}${stderr}`).toContain(words);
    expect(code).toBe(user === 'ttyonly' ? 0 : 3);
  });

  it('is shown in part where there is no sudo', () => {
    const { stdout } = statusOn(bare, 'viewer', ['--sudo', '--json']);
    expect(documentOf(stdout)).toMatchObject({
      privileged: false,
      problems: [expect.stringMatching(/^sudo-refused: There is no sudo on this machine/)],
    });
  });

  it.each([
    ['yes', true, []],
    ['dismissed', false, [/^sudo-password-needed: .*was dismissed/]],
    ['nobody', false, [/^sudo-refused: .*no authentication agent/]],
  ] as const)(
    'asks pkexec on a desktop once sudo has refused: %s',
    async (answer, isRoot, said) => {
      pkexecAnswers(answer);
      const three = [1, 2, 3].map(() => `${server.password}\n`);
      const { stdout } = await onTerminal('viewer', three, ['DISPLAY=:0']);
      expect(documentOf(stdout)).toMatchObject({
        privileged: isRoot,
        problems: said.map((pattern) => expect.stringMatching(pattern)),
      });
    },
  );
});
