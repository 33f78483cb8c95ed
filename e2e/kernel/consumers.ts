/**
 * Who else can sit on a patched function of a real kernel, and what the product says of each: what is true
 * is told by whose answer a system call brings.
 *
 * The livepatch patches a hook of the security modules: Debian's kernels are built without
 * CONFIG_FUNCTION_ERROR_INJECTION, so that neither `bpf_override_return` nor `fail_function` can be had, and
 * programs of the kind fmod_ret may be put on `security_…` functions only (kernel/bpf/verifier.c,
 * check_attach_modify_return).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { run } from '../../main/cli/run';
import { statusDocumentSchema, type StatusDocument } from '../../shared/report/statusDocument';
import type { Guest } from '../lab/guest.js';
import type { Lab } from '../lab/index.js';

const hook = 'security_task_setnice';
const bpf = readFileSync(join(import.meta.dirname, '../lab/guest/bpf.pl'), 'utf8');

/** Errors of a system call, which tell whose code ran: asm-generic/errno-base.h. */
export const answers = { original: '0', livepatch: '18', program: '33' } as const;
const programs = { skips: -33, passes: 0 } as const;

const tracing = '/sys/kernel/tracing';

/** Whose code runs when a process changes its priority. */
const asks = "perl -e 'print setpriority(0, 0, 1) ? 0 : $! + 0'";

const alone = {
  count: 1,
  regs: false,
  ipmodify: true,
  direct: false,
  tramp: 'klp_ftrace_handler',
  kprobe: false,
};

/**
 * Brings each onto the function beside lp_guard, in turn, and takes it away.
 *
 * @returns whose code ran, each time that it was asked
 */
export async function tellsWhoElseIsThere(lab: Lab, guest: Guest): Promise<readonly string[]> {
  const ran: string[] = [];
  const runs = async () => {
    const answer = (await guest.run(asks)).trim();
    ran.push(answer);
    return answer;
  };
  const hasInjection = await guest.run(
    '[ -e /sys/kernel/debug/error_injection ] && echo yes || echo no',
  );
  expect(hasInjection.trim()).toBe('no');
  expect(await runs()).toBe(answers.original);
  await guest.apply('lp_guard');
  expect(await runs()).toBe(answers.livepatch);
  expect(await seen()).toEqual({ consumers: alone, said: [] });

  const event = async (definition: string) => {
    await guest.run(`echo '${definition} ${hook}' >${tracing}/kprobe_events`);
    await guest.run(`echo 1 >${tracing}/events/kprobes/enable`);
    const told = { ...(await seen()), runs: await runs() };
    await guest.run(`echo 0 >${tracing}/events/kprobes/enable; echo >${tracing}/kprobe_events`);
    return told;
  };
  const beside = { ...alone, count: 2, tramp: null };
  expect(await event('p:lab')).toEqual({
    consumers: { ...beside, regs: true, kprobe: true },
    said: ['warning: A kprobe sits on'],
    runs: answers.livepatch,
  });
  expect(await event('r:lab')).toEqual({
    consumers: { ...beside, regs: true },
    said: ['info: A tracer or profiler sits on'],
    runs: answers.livepatch,
  });

  await guest.run(
    `echo ${hook} >${tracing}/set_ftrace_filter; echo function_graph >${tracing}/current_tracer`,
  );
  expect({ ...(await seen()), runs: await runs() }).toEqual({
    consumers: beside,
    said: ['info: A tracer or profiler sits on'],
    runs: answers.livepatch,
  });
  await guest.run(`echo nop >${tracing}/current_tracer; echo >${tracing}/set_ftrace_filter`);

  await guest.load('klp_probe');
  expect(await seen()).toMatchObject({ consumers: { count: 2, regs: true, kprobe: true } });
  await guest.unload('klp_probe');

  const withProgram = async (kind: string, result: number) => {
    const { stdout, stderr } = await lab.ssh(`perl - ${kind} ${hook} ${result}`, { input: bpf });
    expect(stderr).toBe('');
    const told = { ...(await seen()), runs: await runs() };
    await guest.run(`kill ${stdout.trim()}; until_true 60 'it is gone' only_livepatch`);
    return told;
  };
  await guest.run(`only_livepatch() { grep -q '^${hook} (1)' ${tracing}/enabled_functions; }`);
  const programThere = {
    consumers: {
      ...beside,
      regs: true,
      direct: true,
      tramp: expect.stringMatching(/^bpf_trampoline_\d+$/),
    },
    said: ['warning: A BPF program sits on'],
  };
  expect(await withProgram('fmod_ret', programs.skips)).toEqual({
    ...programThere,
    runs: answers.program,
  });
  expect(await withProgram('fmod_ret', programs.passes)).toEqual({
    ...programThere,
    runs: answers.livepatch,
  });
  expect(await withProgram('fentry', programs.passes)).toEqual({
    ...programThere,
    runs: answers.livepatch,
  });
  expect(await seen()).toEqual({ consumers: alone, said: [] });

  await guest.retire('lp_guard');
  await guest.unload('lp_guard');
  expect(await runs()).toBe(answers.original);

  // A kprobe with a post handler redirects the function for itself: no livepatch beside it.
  await guest.load('klp_probe', 'post=1');
  expect(await guest.run('load lp_guard 2>/dev/null && echo loaded || echo refused')).toMatch(
    /^refused/,
  );
  expect(await runs()).toBe(answers.original);
  const { findings } = await status();
  expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual(
    expect.arrayContaining([`owner-unknown vmlinux:${hook}`, 'ftrace-conflict lp_guard']),
  );
  await guest.unload('klp_probe');
  return ran;
}

/** What is told of the function, and what is said of those who sit there, as far as the name. */
async function seen() {
  const { functions, findings } = await status();
  const row = functions.find(({ name }) => name === hook);
  const about = findings.filter(
    ({ code }) => code === 'other-consumer' || code === 'function-not-reached',
  );
  return {
    consumers: row?.consumers,
    said: about.map(({ severity, message, subject }) => {
      expect(subject).toBe(`vmlinux:${hook}`);
      return `${severity}: ${message.replace(/ \(bpf_\w+\)/, '').replace(/(?<= on) .*/, '')}`;
    }),
  };
}

async function status(): Promise<StatusDocument> {
  let out = '';
  const warnings: string[] = [];
  await run(['status', 'guest', '--json'], {
    style: { width: 100, colour: false, unicode: true },
    write: (text) => {
      out += text;
    },
    warn: (line) => warnings.push(line),
  });
  expect(warnings).toEqual([]);
  return statusDocumentSchema.parse(JSON.parse(out));
}
