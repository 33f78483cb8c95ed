/**
 * How the probe's text gets to a host.
 *
 * Without sudo it travels in the command itself, which saves a round trip. The login shell may be
 * any: sh, bash, fish, csh. Inside single quotes they agree on every character but newline, quote,
 * backslash and `!`, which therefore travel as others that the text doesn't hold; and csh reads no
 * word of more than 1023 bytes, so the text is cut into several. Through sudo it comes on standard
 * input instead, so that sudo's log shows a short command and not the program.
 */
import { sentText } from './probeText';
import type { ProbeRequest } from '../wire/request';
import { requestLine } from '../wire/request';

const stands = [
  ['~', '\n'],
  ['+', "'"],
  [',', '\\'],
  ['Q', '!'],
] as const;

const wordLength = 900;

/** The program with its last line, which starts it: `nonce` is repeated in the first line of output. */
export function programText(nonce: string, first: ProbeRequest): string {
  return `${sentText}\nserve ${nonce} ${requestLine(first)}`;
}

/** The arguments after `sh`, for a transport that needs no quoting. */
export function startArguments(program: string): string[] {
  const from = stands.map(([stand]) => stand).join('');
  const boot = `unset -f printf tr; set +efuvxC; eval "$(printf %s "$@" | tr "${from}" "\\012\\047\\134\\041")"`;
  const coded = stands.reduce((text, [stand, real]) => text.replaceAll(real, stand), program);
  return ['-c', boot, 'klpscope', ...(coded.match(new RegExp(`.{1,${wordLength}}`, 'g')) ?? [])];
}

/** The command for a login shell of whatever kind. */
export function startCommand(program: string): string {
  return ['sh', ...startArguments(program).map((word) => `'${word}'`)].join(' ');
}

/** Characters of the program that would not arrive; there must be none. */
export function unsendable(program: string): string[] {
  return stands.map(([stand]) => stand).filter((stand) => program.includes(stand));
}
