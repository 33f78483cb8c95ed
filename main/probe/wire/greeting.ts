/** The first words of a probe, behind whatever the login says before. */
import { fail, succeed, type Result } from '../../../shared/base/problem';
import { capText, visible } from '../../../shared/base/text';
import type { Channel } from '../../ssh/transport';
import type { SessionLimits } from './limits';

/** Bytes of a login's own words before the probe's. */
const greetingLimit = 262_144;

/** `klpscope-probe 1 NONCE MARK UID`, behind whatever the login printed before. */
export function readGreeting(
  channel: Channel,
  nonce: string,
  { startMs: limitMs, extend }: Pick<SessionLimits, 'startMs' | 'extend'>,
): Promise<Result<{ boundary: string; uid: number }>> {
  const pattern = new RegExp(`\\nklpscope-probe 1 ${nonce} ([0-9a-f-]{36}) (\\d+)\\n`);
  return new Promise((resolve) => {
    let said = '';
    let complained = '';
    const hear = (chunk: Buffer) => {
      complained = (complained + chunk.toString('latin1')).slice(0, 4096);
    };
    const read = (chunk: Buffer) => {
      said += chunk.toString('latin1');
      const found = pattern.exec(said);
      const [line, boundary, uid] = found ?? [];
      if (found && line !== undefined && boundary !== undefined) {
        settle(succeed({ boundary, uid: Number(uid) }));
        channel.stdout.unshift(Buffer.from(said.slice(found.index + line.length - 1), 'latin1'));
      } else if (said.length > greetingLimit) {
        settle(noShell('It printed more than 256 KiB, and no answer of a shell.'));
      }
    };
    const giveUp = () => {
      const more = extend?.(limitMs) ?? 0;
      if (more > 0) timer = setTimeout(giveUp, more);
      else settle(silent(limitMs, said));
    };
    let timer = setTimeout(giveUp, limitMs);
    const settle = (result: Result<{ boundary: string; uid: number }>) => {
      clearTimeout(timer);
      channel.stdout.off('data', read);
      channel.stderr.off('data', hear);
      channel.stdout.pause();
      channel.stderr.pause();
      resolve(result);
    };
    channel.stdout.on('data', read);
    channel.stderr.on('data', hear);
    channel.stdout.resume();
    channel.stderr.resume();
    void channel.ended.then(({ status, problem }) =>
      settle(
        problem
          ? { ok: false, problem }
          : noShell(`It ended with status ${status ?? 'unknown'}: ${lastWords(complained, said)}`),
      ),
    );
  });
}

function silent(limitMs: number, said: string): Result<never> {
  return said === ''
    ? fail('timeout', null, `The host did not start a shell within ${limitMs / 1000} s.`)
    : noShell(`It said ${lastWords('', said)} and nothing else for ${limitMs / 1000} s.`);
}

function noShell(how: string): Result<never> {
  return fail('no-shell', null, `The login does not give a shell that runs commands. ${how}`);
}

function lastWords(...texts: readonly string[]): string {
  const line = texts.map((text) => text.trim().split('\n').at(-1) ?? '').find(Boolean);
  if (line === undefined) return 'without a word.';
  return `“${visible(capText(Buffer.from(line, 'latin1').toString(), 200))}”`;
}
