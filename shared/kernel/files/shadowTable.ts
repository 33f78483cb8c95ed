/** The kernel's shadow variables, which no file shows, as a reading. */
import type {
  ShadowCallReading,
  ShadowTable,
  ShadowVariableReading,
} from '../../readings/readings';
import type { KernelCore } from '../state/core';
import { shadowId, type ShadowCall, type ShadowVariable } from '../state/shadow';

/** Calls that are shown, the last ones. */
const shownCalls = 20;

/** Bytes of a variable's data that are shown. */
const shownData = 64;

/** @returns undefined where the kernel has none: before 4.15 */
export function shadowTableOf(core: KernelCore): ShadowTable | undefined {
  const { shadow, version } = core;
  if (!version.shadowVariables) return undefined;
  return {
    from: 'model',
    variables: shadow.all().map(variableOf),
    types:
      version.shadowCollection === 'none'
        ? null
        : shadow.registered().map((id) => {
            const by = shadow.usersOf(id);
            return { id: hex(id), registered: by.length, by };
          }),
    usedBy: shadow.known().map(([id, livepatches]) => ({ id: hex(id), livepatches })),
    calls: shadow.calls.slice(-shownCalls).map(callOf),
  };
}

/** Its size is that of the text that stands for its data; without one neither is known. */
function variableOf({ object, id, data, owner }: ShadowVariable): ShadowVariableReading {
  const bytes = data === '' ? null : bytesOf(data);
  return {
    object: addressOf(object),
    id: hex(id),
    size: bytes && bytes.length,
    data: bytes && hexOf(bytes),
    owner,
  };
}

function callOf({ at, by, action, answer }: ShadowCall): ShadowCallReading {
  const data = 'data' in answer && answer.data !== '' ? hexOf(bytesOf(answer.data)) : null;
  return {
    at,
    by,
    call: action.action,
    object: action.action === 'free-all' ? null : addressOf(action.object),
    id: hex(shadowId(action.id) ?? 0n),
    answer: answer.is,
    ...('count' in answer ? { freed: answer.count } : {}),
    ...(data === null ? {} : { data }),
  };
}

function addressOf(object: string): string {
  return /^[0-9a-f]+$/i.test(object) ? `0x${object}` : object;
}

function hex(id: bigint): string {
  return `0x${id.toString(16)}`;
}

function hexOf(bytes: readonly number[]): string {
  return bytes
    .slice(0, shownData)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** UTF-8; half of a surrogate pair becomes U+FFFD. */
function bytesOf(text: string): number[] {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    if (point < 0x80) return [point];
    const follow = (shift: number) => 0x80 | ((point >> shift) & 0x3f);
    if (point < 0x800) return [0xc0 | (point >> 6), follow(0)];
    if (point < 0x10000) return [0xe0 | (point >> 12), follow(6), follow(0)];
    return [0xf0 | (point >> 18), follow(12), follow(6), follow(0)];
  }).flat();
}
