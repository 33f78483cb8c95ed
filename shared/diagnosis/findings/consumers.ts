/** Findings about who else sits on patched functions, and about livepatches that are not reached. */
import { visible } from '../../base/text';
import { listed } from '../../base/words';
import { companyOf, type Company } from '../../model/consumers';
import type { FunctionStack, SystemState } from '../../model/systemState';
import { kprobesFile } from '../../readings/paths';
import { consumerFindings as words } from '../../words/consumers';
import { say } from '../../words/sentence';
import type { Severity } from '../codes';
import { premisesOf } from '../premises';
import type { Finding } from './finding';

export function findConsumers(state: SystemState): Finding[] {
  return [...notReached(state), ...others(state)];
}

function notReached(state: SystemState): Finding[] {
  if (state.unreached.length === 0) return [];
  const message = say(
    words.notReached,
    { ...premisesOf(state), listedTwice: true, soleName: true, patched: true },
    asSubject(state.unreached),
  );
  return [
    {
      code: 'function-not-reached',
      severity: 'error',
      subject: subjectOf(state.unreached),
      message,
      evidence: sourceOf(state),
      remedies: ['ask-vendor'],
    },
  ];
}

const severities: Readonly<Record<Exclude<Company, 'nobody'>, Severity>> = {
  direct: 'warning',
  kprobe: 'warning',
  'perhaps-kprobe': 'info',
  tracer: 'info',
};

/** One finding for each kind, however many functions: a tracer of all functions is one tracer. */
function others(state: SystemState): Finding[] {
  const beside = new Map<Exclude<Company, 'nobody'>, FunctionStack[]>();
  for (const row of state.functions) {
    if (row.stack.length === 0 || !row.consumers) continue;
    const company = companyOf(row.consumers);
    if (company === 'nobody') continue;
    const known = beside.get(company);
    if (known) known.push(row);
    else beside.set(company, [row]);
  }
  return [...beside].map(([company, rows]) => ({
    code: 'other-consumer',
    severity: severities[company],
    subject: subjectOf(rows),
    message: sentenceOf(company, rows, state),
    evidence: [...sourceOf(state), ...(company === 'kprobe' ? [kprobesFile] : [])],
    remedies: severities[company] === 'warning' ? ['stop-tracer'] : [],
  }));
}

function sentenceOf(
  company: Exclude<Company, 'nobody'>,
  rows: readonly FunctionStack[],
  state: SystemState,
): string {
  const given = premisesOf(state);
  const facts = asSubject(rows);
  switch (company) {
    case 'direct': {
      const tramp = rows[0]?.consumers?.tramp ?? null;
      return say(words.direct, given, { ...facts, tramp: tramp === null ? null : visible(tramp) });
    }
    case 'kprobe':
      return say(words.kprobe, { ...given, kprobes: true }, facts);
    case 'perhaps-kprobe':
      return say(words.somebody, given, facts);
    case 'tracer':
      return say(words.tracer, given, facts);
  }
}

function asSubject(rows: readonly FunctionStack[]) {
  const names = rows.map(({ object, name }) => `${visible(object)}:${visible(name)}`);
  return { names: listed(names), areMany: rows.length > 1 };
}

/** Of several functions the livepatch that has the first. */
function subjectOf(rows: readonly FunctionStack[]): string | null {
  const [first, ...more] = rows;
  if (!first) return null;
  return more.length === 0 ? `${first.object}:${first.name}` : (first.stack.at(-1) ?? null);
}

function sourceOf({ listedIn }: SystemState): string[] {
  return listedIn === null ? [] : [listedIn];
}
