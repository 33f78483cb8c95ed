/** Who else sits on a patched function, for a table and in full. */
import { visible } from '../base/text';
import { countOf } from '../base/words';
import { companyOf } from '../model/consumers';
import { consumerWords as words } from '../words/consumers';
import { say } from '../words/sentence';
import { premisesOf } from './premises';
import type { ActiveFunction, StatusDocument } from './statusDocument';

export interface ConsumersInWords {
  /** Somebody is there beside the livepatch. */
  readonly isShared: boolean;
  readonly short: string;
  /** What the kernel's line says of it; null: nothing is known. */
  readonly line: string | null;
  /** What follows for whoever traces it; null: nobody else does. */
  readonly note: string | null;
}

/** Null: this source does not tell of any function. */
export function consumersInWords(
  { name, consumers }: ActiveFunction,
  status: StatusDocument,
): ConsumersInWords | null {
  if (consumers === undefined) return null;
  if (consumers === null) return { isShared: false, short: 'not known', line: null, note: null };
  const { count, regs, ipmodify, direct, tramp } = consumers;
  const given = { ...premisesOf(status), redirections: true };
  const company = companyOf(consumers);
  const short = () => {
    switch (company) {
      case 'nobody':
        return say(words.nobody, given, undefined);
      case 'tracer':
        return say(words.tracer, given, undefined);
      case 'perhaps-kprobe':
        return say(words.somebody, given, undefined);
      case 'kprobe':
        return say(words.kprobe, { ...given, kprobes: consumers.kprobe }, undefined);
      case 'direct':
        return say(words.direct, given, tramp?.startsWith('bpf_') === true);
    }
  };
  const flags = [regs === true ? 'R' : '', ipmodify ? 'I' : '', direct === true ? 'D' : ''];
  const letters = flags.filter(Boolean).join(' ');
  const line = `${countOf(count, 'user')}${letters === '' ? '' : `, flags ${letters}`}${tramp === null ? '' : `, ${visible(tramp)}`}`;
  return {
    isShared: company !== 'nobody',
    short: short() || 'not known',
    line,
    note: company === 'nobody' ? null : say(words.filedUnder, given, visible(name)) || null,
  };
}
