/** A what-if for people at a terminal. */
import { threadName } from '../report/threadName';
import { reasonSentence } from '../diagnosis/wording';
import { countOf, listed } from '../base/words';
import { visible } from '../base/text';
import { demoNote, isOfDemo } from '../report/demoMark';
import { knownToBlock } from '../report/forcing';
import { premisesOf } from '../report/premises';
import type { Blocker, StatusDocument } from '../report/statusDocument';
import { say } from '../words/sentence';
import { verdictWords, whatIfGaps } from '../words/whatIf';
import type { Change, Refusal, WhatIf, WhatIfAction } from './document';

/**
 * @param width columns; paths and commands are never broken
 */
export function renderWhatIf(status: StatusDocument, answer: WhatIf, width: number): string {
  const { refusal } = answer;
  const mark = isOfDemo(status) ? [demoNote] : [];
  if (refusal) {
    return lines([
      ...mark,
      `${title(answer.action)}: ${refusedText(status, refusal)}.`,
      ...wrapped(`${capital(refusal.why)}.`, width),
    ]);
  }
  return lines([
    ...mark,
    `${title(answer.action)}: this is what would change.`,
    '',
    ...functionRows(answer, width),
    ...section('Leaves', answer.leaving, answer.maybe.leaving),
    ...section('Stays loaded, unused', answer.leftover, answer.maybe.leftover),
    ...section('Can never be unloaded', answer.pinned, answer.maybe.pinned),
    '',
    ...wrapped(blockSentence(answer), width),
    ...blockerRows(answer.wouldBlock),
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
      return `If a replacing livepatch of ${countOf(action.functions.length, 'function')} were loaded`;
  }
}

function functionRows({ functions }: WhatIf, width: number): string[] {
  if (functions.length === 0) return [whatIfGaps.noneChanges];
  const names = functions.map(functionName);
  const column = Math.max(...names.map(({ length }) => length));
  return functions.flatMap(({ now, then, cases }, row) => [
    `  ${(names[row] ?? '').padEnd(column)}  ${word(now)} → ${word(then)}`,
    ...cases.flatMap((one) =>
      wrapped(`if ${one.if}: ${word(one.now)} → ${word(one.then)}`, width - 6).map(
        (line, index) => `${index === 0 ? '    ' : '      '}${line}`,
      ),
    ),
  ]);
}

function functionName({ object, name, sympos }: Change): string {
  const position = sympos === null || sympos <= 1 ? '' : `,${sympos}`;
  return visible(`${object}:${name}${position}`);
}

function word(code: string | null): string {
  return code === null ? 'unknown' : visible(code);
}

function section(name: string, sure: readonly string[], maybe: readonly string[]): string[] {
  return [
    ...(sure.length === 0 ? [] : [`${name}: ${listed(sure.map(visible), 20)}`]),
    ...(maybe.length === 0 ? [] : [`${name}, perhaps: ${listed(maybe.map(visible), 20)}`]),
  ];
}

/** That the kernel would say no, in a clause. */
export function refusedText(status: StatusDocument, { errno }: Refusal): string {
  return say(verdictWords.refused, premisesOf(status), errno);
}

/** That it would say yes, with what it comes with. */
export function doneText(status: StatusDocument, { action, wouldBlock }: WhatIf): string {
  const given = premisesOf(status);
  if (action.do === 'force') {
    const threads = knownToBlock(status);
    const clause = say(verdictWords.goesOn, { threads }, threads ?? 0);
    return capital(say(verdictWords.done, given, clause));
  }
  const stack = wouldBlock.length > 0;
  const clause = say(verdictWords.onceLeft, { stack }, wouldBlock.length);
  if (action.do !== 'disable') return capital(say(verdictWords.done, given, clause));
  const patch = status.patches.find(({ name }) => name === action.patch);
  const enabled = patch?.enabled ?? null;
  return capital(say(verdictWords.disables, { ...given, enabled }, clause));
}

/** How many functions would change, above their table. */
export function changedText(status: StatusDocument, functions: WhatIf['functions']): string {
  if (functions.length === 0) return whatIfGaps.noneChanges;
  const isOpen = functions.some(({ now, then }) => now === null || then === null);
  return say(verdictWords.changed, premisesOf(status), { count: functions.length, isOpen });
}

/** Whom the list below it names, and how many it may lack. */
function blockSentence({ wouldBlock, unchecked, running }: WhatIf): string {
  if (unchecked === null) return whatIfGaps.stacksUnread;
  const known =
    wouldBlock.length === 0
      ? whatIfGaps.noThreadKnown
      : say(verdictWords.wouldBlock, { stack: true }, wouldBlock.length);
  return `${known}${uncheckedSentence(unchecked, running)}`;
}

function uncheckedSentence(unchecked: number, running: number | null): string {
  return unchecked === 0 ? '' : ` ${uncheckedClause(unchecked, running ?? 0)}.`;
}

/** How many could not be checked, and why, as far as it is known. */
export function uncheckedClause(unchecked: number, running: number): string {
  const they = running === 1 ? 'it was' : 'they were';
  const why = running === unchecked ? `: ${they} running` : `, ${running} because ${they} running`;
  return whatIfGaps.unchecked(countOf(unchecked, 'thread'), running === 0 ? '' : why);
}

/** Rows that are shown; the document has all. */
const shownBlockers = 20;

function blockerRows(blockers: readonly Blocker[]): string[] {
  const more = blockers.length - shownBlockers;
  return [
    ...blockers.slice(0, shownBlockers).map(blockerRow),
    ...(more > 0 ? [`  and ${countOf(more, 'more thread')}`] : []),
  ];
}

function blockerRow(blocker: Blocker): string {
  return `  ${threadName(blocker)} ${reasonSentence(blocker, { direction: null })}`;
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

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lines(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}
