/** What the system's `ssh` said when it failed, as a problem. */
import { readFile } from 'node:fs/promises';
import type { Problem } from '../../shared/readings/problem';
import { capText, visible } from '../../shared/readings/text';
import { changedKey, readKnownHosts, revokedKey, type HostKeyRules } from './hostKeys';
import { lineAt, revokedKeys, type KnownHostsLine } from './knownHosts';
import { nameOf, type Station } from './proxyJump';

export interface FailedLogin {
  /** What the user calls the host. */
  readonly host: string;
  readonly stations: readonly Station[];
  readonly rulesFor: (settings: Station['settings']) => HostKeyRules;
  /** The file of accepted keys that `ssh` was given: a copy of the app's own. */
  readonly acceptedCopy: string;
  /** The host key that was not accepted; null: `ssh` itself refused it. */
  readonly refusedKey: Problem | null;
  /** An answer was wanted, and nobody gave it. */
  readonly lacksAnswer: boolean;
}

/** Messages of OpenSSH's sshconnect.c, sshconnect2.c, clientloop.c and misc.c. */
export async function explain(said: string, login: FailedLogin): Promise<Problem> {
  const { host } = login;
  const because = (code: Problem['code'], message: string): Problem => ({
    code,
    path: host,
    message,
  });
  if (said.includes('REVOKED HOST KEY')) return revoked(said, login);
  if (said.includes('HOST IDENTIFICATION HAS CHANGED')) return changed(said, login);
  if (said.includes('Host key verification failed')) {
    const message = `The host key of ${host} was not accepted. ${lastLine(said)}`;
    return login.refusedKey ?? because('host-key-unknown', message);
  }
  if (/Permission denied|Too many authentication failures/.test(said)) {
    return login.lacksAnswer
      ? because(
          'authentication-needed',
          `${host}: the login needs an answer (passphrase, password or code), and nobody gave one.`,
        )
      : because('authentication-failed', `${host}: the login was refused. ${lastLine(said)}`);
  }
  if (
    /Timeout, server .* not responding|Connection to .* closed by remote|Broken pipe/.test(said)
  ) {
    return because('connection-lost', `The connection to ${host} was lost. ${lastLine(said)}`);
  }
  if (/timed out/i.test(said))
    return because('timeout', `${host} did not answer in time. ${lastLine(said)}`);
  return because('unreachable', `ssh could not connect to ${host}. ${lastLine(said)}`);
}

async function changed(said: string, login: FailedLogin): Promise<Problem> {
  const [, name = ''] = /Host key for (\S+) has changed/.exec(said) ?? [];
  const [, type = '', now = 'unknown'] =
    /fingerprint for the (\S+) key sent by the remote host is\s+(SHA256:[\w+/=]+)/.exec(said) ?? [];
  const [, path = '', line = ''] = /Offending .* key in (.+):(\d+)\s/.exec(said) ?? [];
  const station = stationOf(name, login);
  const { accepted } = login.rulesFor(station.settings);
  const text = await readFile(path, 'utf8').catch(() => '');
  const file = { path: path === login.acceptedCopy ? accepted.path : path, text };
  const at = lineAt(file, Number(line));
  if (at) {
    return changedKey(
      nameOf(station),
      { keyType: keyTypeOf(type, at.keyType), fingerprint: now },
      at,
      accepted,
    );
  }
  const message = `The host key of ${visible(name)} has changed: now ${visible(now)}. Somebody may be listening in. ${lastLine(said)}`;
  return { code: 'host-key-changed', path: login.host, message };
}

/** `ssh` names the type alone; which lines revoke keys of this host can be looked up. */
async function revoked(said: string, login: FailedLogin): Promise<Problem> {
  const [, type = '', name = ''] =
    /The (\S+) host key for (\S+) is marked as revoked/.exec(said) ?? [];
  const station = stationOf(name, login);
  const { files, accepted } = login.rulesFor(station.settings);
  const { settings } = station;
  const known = [...(await readKnownHosts(files)), await accepted.asKnownHosts()];
  const isOfType = ({ keyType }: KnownHostsLine) => keyType.includes(type.toLowerCase());
  const lines = revokedKeys(
    known,
    settings.hostKeyAlias ?? settings.hostname,
    settings.hostKeyAlias === null ? settings.port : 22,
  ).filter(isOfType);
  const [at] = lines;
  if (at && lines.length === 1) return revokedKey(nameOf(station), at, at);
  const places = lines.map(({ path, line }) => `${path}, line ${line}`).join('; ');
  const message = `The host key of ${visible(name)} (${visible(type)}) is revoked${places === '' ? '' : ` (${places})`}. It is never accepted.`;
  return { code: 'host-key-revoked', path: login.host, message };
}

/**
 * The type as known_hosts has it; `ssh` says only ED25519, RSA or ECDSA (sshkey.c).
 *
 * @param known of a key of the same host, which may tell the curve of an ECDSA key
 */
export function keyTypeOf(word: string, known = ''): string {
  const kind = word.toLowerCase();
  if (known.includes(kind)) return known;
  return kind === 'ed25519' || kind === 'rsa' ? `ssh-${kind}` : visible(kind);
}

/** The host or hop that `ssh` names as known_hosts does; the host itself where it names none. */
export function stationOf(
  name: string,
  { stations }: { readonly stations: readonly Station[] },
): Station {
  const named = stations.find((station) => nameOf(station) === name.toLowerCase());
  const last = named ?? stations.at(-1);
  if (!last) throw new Error('a route without a host');
  return last;
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : `It said “${visible(capText(line, 200))}”.`;
}
