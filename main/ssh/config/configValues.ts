/** The values that apply to one host: as `ssh -G` prints them, or by our own reading of the file. */
import { execFile } from 'node:child_process';
import { capText, visible } from '../../../shared/base/text';
import type { HostAddress } from './hostAddress';
import { computeSettings } from './configFile';
import { usualName } from './keywords';

/** By keyword, in lower case and by its usual name. */
export type Values = ReadonlyMap<string, readonly string[]>;

export interface Asked {
  /** Null: there is no `ssh` on this machine. */
  readonly values: Values | null;
  /** What `ssh` says of a configuration that it refuses; null: it takes it. */
  readonly refusal: string | null;
}

/**
 * `ssh -G` applies the configuration exactly as OpenSSH does.
 *
 * @param configFile as `ssh -F`; null: the user's own and the system's
 */
export function askOpenSsh(address: HostAddress, configFile: string | null): Promise<Asked> {
  const args = [
    '-G',
    ...(configFile === null ? [] : ['-F', configFile]),
    ...(address.port === null ? [] : ['-p', String(address.port)]),
    ...(address.user === null ? [] : ['-l', address.user]),
    '--',
    address.host,
  ];
  return new Promise((resolve) => {
    execFile('ssh', args, { timeout: 10_000 }, (error, stdout, stderr) => {
      if (!error) return resolve({ values: readValues(stdout), refusal: null });
      // No such program: the file is all there is. Anything else is ssh's own refusal.
      if (error.code === 'ENOENT') return resolve({ values: null, refusal: null });
      const said = stderr.split('\n').find((line) => !line.startsWith('Pseudo-terminal')) ?? '';
      const words = said.trim() === '' ? `ssh -G failed (${error.code ?? error.signal})` : said;
      return resolve({ values: new Map(), refusal: visible(capText(words.trim(), 300)) });
    });
  });
}

/** What the file alone says, where there is no OpenSSH. */
export function valuesOfFile(path: string, { host, user }: HostAddress): Values {
  return underUsualNames([...computeSettings(path, host, user)]);
}

function readValues(text: string): Values {
  const lines = text.split('\n').flatMap((line) => {
    const space = line.indexOf(' ');
    return space <= 0 ? [] : [[line.slice(0, space), [line.slice(space + 1)]] as const];
  });
  return underUsualNames(lines);
}

function underUsualNames(all: readonly (readonly [string, readonly string[]])[]): Values {
  const values = new Map<string, string[]>();
  for (const [keyword, given] of all) {
    const name = usualName(keyword);
    values.set(name, [...(values.get(name) ?? []), ...given]);
  }
  return values;
}

/** The one value of a keyword; null where it has none, or `none`. */
export function one(values: Values, keyword: string): string | null {
  const [value] = values.get(keyword) ?? [];
  return value === undefined || value === 'none' ? null : value;
}

export function isYes(values: Values, keyword: string): boolean {
  return /^(?:yes|true)$/i.test(one(values, keyword) ?? '');
}

/** Whether nothing forbids it: a keyword with more than one name may have more than one value. */
export function isAllowed(values: Values, keyword: string): boolean {
  return (values.get(keyword) ?? []).every((value) => !/^(?:no|false)$/i.test(value));
}

/** A whole number of at least `least`; null where there is none. */
export function wholeNumber(values: Values, keyword: string, least: number): number | null {
  const digits = one(values, keyword);
  return digits !== null && /^\d{1,9}$/.test(digits) && Number(digits) >= least
    ? Number(digits)
    : null;
}
