/** `klpscope what-if`: what an action would change, for people or as JSON. */
import { readFileSync } from 'node:fs';
import { visible } from '../../shared/readings/text';
import type { WantedFunction, WhatIfAction } from '../../shared/report/whatif/document';
import { renderWhatIf } from '../../shared/report/whatif/text';
import { whatIf } from '../../shared/report/whatif/whatIf';
import { describeProblem } from './outcome';
import type { Output } from './output';
import { readStatus } from './readStatus';
import { parseOptions, readTargetArguments, targetOptions, usageError } from './targetOptions';
import { exitStatus, whatIfHelp, type UsageError } from './usage';

const whatIfOptions = {
  ...targetOptions,
  disable: { type: 'string' },
  reverse: { type: 'string' },
  force: { type: 'string' },
  'replace-with': { type: 'string' },
} as const;

/** @returns 0 done, 3 unreadable */
export async function whatIfCommand(
  args: readonly string[],
  output: Output,
): Promise<number | UsageError> {
  const parsed = parseOptions('what-if', args, whatIfOptions);
  if ('usage' in parsed) return parsed;
  const { values, positionals } = parsed;
  if (values.help) {
    output.write(whatIfHelp);
    return exitStatus.settled;
  }
  const wanted = readTargetArguments('what-if', positionals, values);
  if ('usage' in wanted) return wanted;
  const action = actionOf(values);
  if ('usage' in action) return action;
  const status = await readStatus(wanted);
  if (!status.ok) {
    output.complain(describeProblem(status.problem));
    return exitStatus.unreadable;
  }
  const answer = whatIf(status.value, action, null);
  output.write(
    values.json ? `${JSON.stringify(answer, null, 2)}\n` : renderWhatIf(answer, output.style.width),
  );
  return exitStatus.settled;
}

interface ActionValues {
  readonly disable?: string | undefined;
  readonly reverse?: string | undefined;
  readonly force?: string | undefined;
  readonly 'replace-with'?: string | undefined;
}

function actionOf(values: ActionValues): WhatIfAction | UsageError {
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

function replaceWith(file: string): WhatIfAction | UsageError {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return usageError('what-if', `--replace-with: ${visible(why)}.`);
  }
  const functions: WantedFunction[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, object, name, position] =
      /^([^:\s]+):([^,\s]+)(?:,(\d{1,9}))?$/.exec(line.trim()) ?? [];
    if (object === undefined || name === undefined) {
      return usageError(
        'what-if',
        `${file}, line ${index + 1}: expected is OBJECT:FUNCTION[,POSITION].`,
      );
    }
    functions.push({ object, name, sympos: Number(position ?? 1) });
  }
  return { do: 'replace', functions };
}
