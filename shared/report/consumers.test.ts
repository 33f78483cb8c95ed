/** Where a BPF program can skip a livepatch's code, nothing says that this code runs. */
import { expect, it } from 'vitest';
import { dmesg, livepatch, modules, readingsOf, type Files } from '../../testing/shared/memoryTree';
import { calmText } from './calm';
import { runsText } from './runners';
import { statusOf } from './status';
import { headlineWords } from '../words/headlines';

const applied: Files = {
  ...livepatch('lp', { vmlinux: ['f,1', 'g,1'] }, { replace: '0', stack_order: '1' }),
  ...modules('lp 1 1 - Live 0x0 (OEK)'),
  ...dmesg(
    '[    0.000000] Linux version 6.12.0 (x) #1 SMP',
    "[  100.000000] livepatch: 'lp': starting patching transition",
    "[  103.000000] livepatch: 'lp': patching complete",
  ),
  '/proc/sys/kernel/osrelease': '6.12.0\n',
  '/proc/sys/kernel/tainted': '32768\n',
};

function said(ofF: string) {
  const status = statusOf(
    readingsOf({
      ...applied,
      '/sys/kernel/tracing/enabled_functions': `${ofF}g (1)   I     M \n`,
    }),
  );
  return {
    calm: calmText(status, headlineWords.newCode, ['lp']),
    runs: status.functions.map((row) => runsText(row, status)),
  };
}

it('of that function, nor of all; of the others it is said', () => {
  const sure = { calm: 'Every thread runs the new code.', runs: ['lp', 'lp'] };
  expect(said('f (1)   I     M \n')).toEqual(sure);
  expect(said('f (2)   I     M \n')).toEqual(sure);
  expect(said('')).toEqual(sure);
  expect(said('f (2) R I D   M \n\tdirect-->bpf_trampoline_1+0x0/0x9\n')).toEqual({
    calm: 'Every thread counts as switched; somebody else sits on a patched function, who can skip its code.',
    runs: ['lp, as far as was read', 'lp'],
  });
});
