/** `klpscope what-if`: what an action would change, for people or as JSON. */
import { readFileSync } from 'node:fs';
import { fail, succeed, type Result } from '../../shared/base/problem';
import { jsonText, visible } from '../../shared/base/text';
import type { StatusDocument } from '../../shared/report/statusDocument';
import type { WhatIf, WhatIfAction } from '../../shared/whatif/document';
import { renderWhatIf } from '../../shared/whatif/text';
import {
  functionsOf,
  parseWanted,
  wantedFunctions,
  type WrittenLine,
} from '../../shared/whatif/wanted';
import { askWhatIf } from '../sources/askWhatIf';
import type { OptionValues } from './commands/commands';
import { describeProblem, exitStatus, usageError, type UsageError } from './outcome';
import type { Output } from './output';
import { readAndAsk } from './readStatus';
import type { TargetArguments } from './targetOptions';

interface Answered {
  readonly status: StatusDocument;
  readonly whatIf: WhatIf;
}

/** @returns 0 done, 3 unreadable */
export async function whatIfCommand(
  wanted: TargetArguments,
  values: OptionValues<'what-if'>,
  output: Output,
): Promise<number | UsageError> {
  const asked = askedFor(values);
  if ('usage' in asked) return asked;
  let wrong: UsageError | null = null;
  const answer = await readAndAsk(wanted, async (status, source): Promise<Result<Answered>> => {
    const action = actionOn(status, asked);
    if ('usage' in action) {
      wrong = action;
      return fail('not-found', null, action.usage);
    }
    const asking = await askWhatIf(source, status, action);
    return asking.ok ? succeed({ status, whatIf: asking.value }) : asking;
  });
  if (wrong) return wrong;
  if (!answer.ok) {
    output.warn(describeProblem(answer.problem));
    return exitStatus.unreadable;
  }
  const { status, whatIf } = answer.value;
  output.write(
    values.json ? `${jsonText(whatIf, 2)}\n` : renderWhatIf(status, whatIf, output.style.width),
  );
  return exitStatus.settled;
}

/** An action, as far as it is known before the host is read. */
type Asked =
  | Extract<WhatIfAction, { patch: string }>
  /** By the functions that a file lists. */
  | { readonly do: 'replace'; readonly file: string; readonly lines: readonly WrittenLine[] }
  /** There is no such file: it must be a livepatch of the host. */
  | { readonly do: 'replace'; readonly livepatch: string };

function askedFor(values: OptionValues<'what-if'>): Asked | UsageError {
  const given = (['disable', 'reverse', 'force', 'replace-with'] as const).filter(
    (name) => values[name] !== undefined,
  );
  const [name, ...others] = given;
  const text = name && values[name];
  if (name === undefined || text === undefined || others.length > 0) {
    return usageError(
      'what-if',
      'what-if needs one action: --disable, --reverse, --force or --replace-with.',
    );
  }
  return name === 'replace-with' ? replaceWith(text) : { do: name, patch: text };
}

function replaceWith(file: string): Asked | UsageError {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    // A livepatch is a folder of sysfs, so that its name has no slash.
    if (isAbsent && !file.includes('/')) return { do: 'replace', livepatch: file };
    const why = error instanceof Error ? error.message : String(error);
    return usageError('what-if', `--replace-with: ${visible(why)}.`);
  }
  const written = parseWanted(text);
  return written.ok
    ? { do: 'replace', file, lines: written.lines }
    : usageError('what-if', wrongLines(file, written.wrong));
}

function actionOn(status: StatusDocument, asked: Asked): WhatIfAction | UsageError {
  if (asked.do !== 'replace') return asked;
  if ('livepatch' in asked) {
    const functions = functionsOf(status, asked.livepatch);
    const name = visible(asked.livepatch);
    return functions
      ? { do: 'replace', functions }
      : usageError('what-if', `--replace-with: ${name} is neither a file nor a livepatch there.`);
  }
  const { functions, wrong } = wantedFunctions(status, asked.lines);
  return wrong.length > 0
    ? usageError('what-if', wrongLines(asked.file, wrong))
    : { do: 'replace', functions };
}

/** The first ones are enough to see what is wrong with a file. */
const shownLines = 5;

function wrongLines(
  file: string,
  wrong: readonly { readonly line: number; readonly message: string }[],
): string {
  const shown = wrong
    .slice(0, shownLines)
    .map(({ line, message }) => `${visible(file)}, line ${line}: ${message}.`);
  const more = wrong.length - shown.length;
  return [...shown, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}
