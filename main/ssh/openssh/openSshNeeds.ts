/** What stands in a host's way of being reached by ssh2, and not in OpenSSH's. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { sortedNeeds, type OpenSshNeed } from '../../../shared/api/openSsh';
import type { HostSettings } from '../config/config';
import { readKnownHosts } from '../hostKeys/hostKeys';
import type { HostKeyRules } from '../hostKeys/hostKeyPolicy';
import { keptUnder, whatIsKnown } from '../hostKeys/knownHosts';
import { readUserFile } from '../userFile';

/** Whether the system has an `ssh` at all. */
export function hasOpenSsh(): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return folders.some((folder) => existsSync(join(folder, 'ssh')));
}

/** In the order of the list of needs, each once. */
export async function needsOf(settings: HostSettings, rules: HostKeyRules): Promise<OpenSshNeed[]> {
  const { methods, identityFiles } = settings;
  const usesKeys = methods.includes('publickey');
  const [ofFiles, ofAgent, byAuthority] = await Promise.all([
    usesKeys ? Promise.all(identityFiles.map(needsOfFile)) : [],
    usesKeys ? needsOfAgent(settings) : [],
    isKnownByAuthority(settings, rules),
  ]);
  return sortedNeeds([
    ...settings.onlyOpenSsh,
    ...ofFiles.flat(),
    ...ofAgent,
    ...(byAuthority ? (['host-authority'] as const) : []),
  ]);
}

/** OpenSSH takes a certificate that lies beside its key by itself: ssh(1), FILES. */
async function needsOfFile(path: string): Promise<OpenSshNeed[]> {
  const [certificate, publicKey, privateKey] = await Promise.all([
    access(`${path}-cert.pub`, constants.R_OK).then(
      () => true,
      () => false,
    ),
    textOf(`${path}.pub`),
    textOf(path),
  ]);
  const isSecurityKey = publicKey.trimStart().startsWith('sk-') || isSecurityKeyFile(privateKey);
  return [
    ...(certificate ? (['user-certificate'] as const) : []),
    ...(isSecurityKey ? (['security-key'] as const) : []),
  ];
}

/** Empty where it can't be read. */
async function textOf(path: string): Promise<string> {
  const bytes = await readUserFile(path).catch(() => null);
  return bytes?.toString() ?? '';
}

/** The public key stands in the clear at the beginning (OpenSSH's PROTOCOL.key, PROTOCOL.u2f). */
function isSecurityKeyFile(text: string): boolean {
  const [, body = ''] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(text) ?? [];
  const beginning = Buffer.from(body, 'base64').toString('latin1', 0, 256);
  return /sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com/.test(beginning);
}

/** With `IdentitiesOnly` the agent's keys count only where a file names them, which is looked at. */
async function needsOfAgent({ agentSocket, identitiesOnly }: HostSettings): Promise<OpenSshNeed[]> {
  if (agentSocket === null || identitiesOnly) return [];
  const types = (await listAgent(agentSocket)).map((line) => line.split(' ')[0] ?? '');
  return types.flatMap((type): OpenSshNeed[] => {
    if (/-cert-v\d+@openssh\.com$/.test(type)) return ['user-certificate'];
    return type.startsWith('sk-') ? ['security-key'] : [];
  });
}

/** Public keys as in `authorized_keys`; none where the agent doesn't answer. */
function listAgent(socket: string): Promise<string[]> {
  return new Promise((resolve) => {
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    execFile('ssh-add', ['-L'], { env, timeout: 5000 }, (error, stdout) =>
      resolve(error ? [] : stdout.split('\n')),
    );
  });
}

async function isKnownByAuthority(settings: HostSettings, rules: HostKeyRules): Promise<boolean> {
  const files = [...(await readKnownHosts(rules.files)), await rules.accepted.asKnownHosts()];
  const { host, port } = keptUnder(settings);
  return whatIsKnown(files, host, port) === 'authority';
}
