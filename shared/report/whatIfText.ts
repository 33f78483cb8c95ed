/** A what-if for people at a terminal. */
import { reasonSentence } from '../diagnosis/wording';
import { countOf, listed } from '../diagnosis/words';
import { visible } from '../readings/text';
import type { Blocker } from './statusDocument';
import type { WhatIf, WhatIfAction } from './whatIf';

/** @param width columns; paths and commands are never broken */
export function renderWhatIf(answer: WhatIf, width: number): string {
  const { refusal } = answer;
  if (refusal) {
    return lines([
      `${title(answer.action)}: the kernel would refuse with ${refusal.errno}.`,
      ...wrapped(`${capital(refusal.why)}.`, width),
    ]);
  }
  return lines([
    `${title(answer.action)}: this is what would change.`,
    '',
    ...functionRows(answer),
    ...section('Leaves', answer.leaving.map(visible)),
    ...section('Stays loaded, unused', answer.leftover.map(visible)),
    ...section('Can never be unloaded', answer.pinned.map(visible)),
    '',
    ...wrapped(blockSentence(answer), width),
    ...answer.wouldBlock.map(blockerRow),
    ...titled('Can’t be undone:', answer.irreversible, width),
    ...titled('Assumed:', answer.assumptions, width),
    ...(answer.command === null ? [] : ['', 'As root one would type:', `  ${answer.command}`]),
  ]);
}

function title(action: WhatIfAction): string {
  switch (action.do) {
    case 'disable':
      return `If ${visible(action.patch)} were disabled`;
    case 'reverse':
      return `If the transition of ${visible(action.patch)} were reversed`;
    case 'force':
      return `If the transition of ${visible(action.patch)} were forced`;
    case 'replace':
      return `If a livepatch of ${countOf(action.functions.length, 'function')} replaced all others`;
  }
}

function functionRows({ functions }: WhatIf): string[] {
  if (functions.length === 0) return ['No function would run other code in threads that switch.'];
  const names = functions.map(({ object, name, sympos }) =>
    visible(sympos === null || sympos === 1 ? `${object}:${name}` : `${object}:${name},${sympos}`),
  );
  const column = Math.max(...names.map(({ length }) => length));
  return functions.map(({ now, then }, row) => {
    return `  ${(names[row] ?? '').padEnd(column)}  ${word(now)} → ${word(then)}`;
  });
}

function word(code: string | null): string {
  return code === null ? 'unknown' : visible(code);
}

function section(name: string, modules: readonly string[]): string[] {
  return modules.length === 0 ? [] : [`${name}: ${listed(modules, 20)}`];
}

function blockSentence({ wouldBlock, unchecked }: WhatIf): string {
  const known =
    wouldBlock.length === 0
      ? 'No thread whose stack was read would block.'
      : `${countOf(wouldBlock.length, 'thread')} would block at once:`;
  const rest =
    unchecked === null
      ? 'The threads’ stacks were not read, so which would block is unknown.'
      : unchecked === 0
        ? ''
        : `${countOf(unchecked, 'thread')} could not be checked.`;
  return unchecked === null && wouldBlock.length === 0
    ? rest
    : [rest, known].filter(Boolean).join(' ');
}

function blockerRow(blocker: Blocker): string {
  return `  ${visible(blocker.comm ?? '?')} (${blocker.tid}) ${reasonSentence(blocker, null)}`;
}

function titled(name: string, sentences: readonly string[], width: number): string[] {
  if (sentences.length === 0) return [];
  return [
    '',
    name,
    ...sentences.flatMap((sentence) =>
      wrapped(`- ${sentence}`, width - 2).map(
        (line, index) => `${index === 0 ? '  ' : '    '}${line}`,
      ),
    ),
  ];
}

function wrapped(text: string, width: number): string[] {
  const rows: string[] = [];
  for (const part of text.split(' ')) {
    const last = rows.at(-1);
    if (last === undefined || last.length + 1 + part.length > width) rows.push(part);
    else rows[rows.length - 1] = `${last} ${part}`;
  }
  return rows;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lines(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}
