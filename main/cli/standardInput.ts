/** What `-` stands for: all of standard input, held in memory, so that nothing of it is left anywhere. */
import type { Readable } from 'node:stream';
import { fail, succeed, type Result } from '../../shared/base/problem';
import { contentInMemory, type Content } from '../sources/content';
import { usageError, type UsageError } from './outcome';
import type { TargetArguments } from './targetOptions';

/** Bytes that are taken at most, as many as are kept of an archive. */
const largestInput = 512 * 1024 ** 2;

type Input = Readable & { readonly isTTY?: boolean };

/**
 * The arguments with the input among their options, where they name it.
 *
 * @returns `too-large`, or `not-found` where it can't be read; a usage error where it can't be meant
 */
export async function withInput(
  command: string,
  wanted: TargetArguments,
  input: Input = process.stdin,
  most = largestInput,
): Promise<Result<TargetArguments> | UsageError> {
  const names = [wanted.target.kind === 'input', wanted.options.log === '-'];
  const [isTarget, isLog] = names;
  if (!isTarget && !isLog) return succeed(wanted);
  if (isTarget && isLog) {
    return usageError(
      command,
      'Standard input can be the target or the log, not both: save one as a file and give its name.',
    );
  }
  if (input.isTTY) {
    return usageError(
      command,
      'Standard input is a terminal: - takes what is piped or redirected there, such as ssh HOST cat FILE | klpscope status - (a file called - is ./-).',
    );
  }
  const content = await readAll(input, most);
  if (!content.ok) return content;
  return succeed({ ...wanted, options: { ...wanted.options, input: content.value } });
}

const name = 'standard input';

async function readAll(input: Readable, most: number): Promise<Result<Content>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of input) {
      if (!Buffer.isBuffer(piece)) continue;
      pieces.push(piece);
      length += piece.length;
      if (length > most) {
        const message = `${name} has more than ${most} bytes. Save it as a file and give its name.`;
        return fail('too-large', name, message);
      }
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('not-found', name, `${name} could not be read: ${why}.`);
  }
  return succeed(contentInMemory(name, pieces));
}
