/**
 * `npm run lab -- COMMAND`: the lab by hand. A guest that was brought up stays up until `down`.
 * Everything for people goes to stderr; stdout is for what a command in the guest prints.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { guestNames, image, imageSchema, userNames, type GuestName } from './build-image.js';
import { cacheFolder } from './cache.js';
import {
  attach,
  isScenario,
  labUsers,
  scenarios,
  unavailableWhy,
  type Lab,
  type ScenarioName,
  type UserName,
} from './index.js';
import { boot, isQemu, machineSchema } from './machine.js';
import { labPackages } from './packages.js';
import { codeOf, reasonOf } from './process.js';
import { sshArguments } from './ssh.js';
import { hostName, writeSshConfig } from './sshConfig.js';

const usage = `usage: npm run lab -- COMMAND

  up GUEST [--memory MB] [--port N]      build if need be, boot, wait for SSH
  scenarios                              what a guest can be brought into
  scenario NAME [--blocked N]            bring it there; a beginning of a name is enough
  open [USER]                            in the window of Klpscope, as one who can log in
  ssh [USER] [-- COMMAND]                as root, admin, operator (sudo asks) or viewer (no sudo)
  capture PATH                           save what an inspector would read: FILE.tar.gz or a folder
  status                                 what runs, and how to reach it
  reboot                                 boot it again; what is on a disk stays
  down [GUEST]                           end one guest, or all
  packages                               Debian packages that this machine needs

A GUEST is 6.1, 6.12 or 6.12-systemd. Where several run, --guest GUEST says which one is meant.`;

/** A mistake of the caller's: a line and the exit status 2, no stack. */
class Mistake extends Error {}

/** What is known of a guest that was brought up by hand. */
const upSchema = z.object({
  image: imageSchema,
  machine: machineSchema,
  memoryMb: z.number(),
});
type Up = Readonly<z.infer<typeof upSchema>>;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function runFolder(guest: GuestName): string {
  return join(cacheFolder(), 'run', guest);
}

function upGuests(): readonly Up[] {
  return guestNames.flatMap((guest) => {
    const state = join(runFolder(guest), 'up.json');
    if (!existsSync(state)) {
      return [];
    }
    const up = upSchema.parse(JSON.parse(readFileSync(state, 'utf8')));
    if (isQemu(up.machine.pid)) {
      return [up];
    }
    rmSync(runFolder(guest), { recursive: true, force: true });
    return [];
  });
}

function guestOf(text: string | undefined): GuestName {
  const guest = guestNames.find((known) => known === text);
  if (guest === undefined) {
    throw new Mistake(`${text ?? 'no guest'}: the lab has the guests ${guestNames.join(', ')}`);
  }
  return guest;
}

function theGuest(name: string | undefined): Up {
  const running = upGuests();
  const wanted = name === undefined ? undefined : guestOf(name);
  const [first, second] = running.filter((up) => wanted === undefined || up.image.guest === wanted);
  if (first === undefined) {
    throw new Mistake(
      wanted === undefined
        ? 'no guest runs; bring one up: up 6.12'
        : `${wanted} does not run; bring it up: up ${wanted}`,
    );
  }
  if (second !== undefined) {
    const names = running.map((up) => `--guest ${up.image.guest}`);
    throw new Mistake(`several guests run; say which: ${names.join(' or ')}`);
  }
  return first;
}

function labOf(up: Up): Lab {
  return attach(up.image, up.machine, {
    memoryMb: up.memoryMb,
    detached: true,
    say,
    onRestart: (machine) => remember({ ...up, machine }),
    onStop: () => rmSync(runFolder(up.image.guest), { recursive: true, force: true }),
  });
}

/** Keeps how to reach a guest, for later commands and, as a file of SSH's configuration, for clients. */
function remember(up: Up): void {
  const { guest, keyFile } = up.image;
  const state = join(runFolder(guest), 'up.json');
  writeFileSync(state, JSON.stringify(up), { mode: 0o600 });
  writeSshConfig(sshConfigOf(guest), guest, { ...up.machine, keyFile }, userNames);
}

function positiveNumber(name: string, text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d*$/.test(text)) {
    throw new Mistake(`--${name} ${text}: a whole number above 0 is needed`);
  }
  return text === undefined ? undefined : Number(text);
}

async function up(guest: GuestName, memoryMb = 512, port?: number): Promise<void> {
  if (upGuests().some((running) => running.image.guest === guest)) {
    throw new Mistake(`${guest} runs already`);
  }
  const start = Date.now();
  const why = await unavailableWhy(guest, say);
  if (why !== undefined) {
    throw new Mistake(`no lab here: ${why}`);
  }
  const built = await image(guest, say);
  const booting = Date.now();
  const folder = runFolder(guest);
  const machine = await boot(built, { memoryMb, port, detached: true, folder });
  const state: Up = { image: built, machine, memoryMb };
  remember(state);
  const seconds = (since: number): string => ((Date.now() - since) / 1000).toFixed(1);
  say(`${built.guest} is up after ${seconds(start)} s (booted in ${seconds(booting)} s)`);
  tell(state);
}

function tell({ image: built, machine, memoryMb }: Up): void {
  say(
    `${built.guest}: ${built.release}, 127.0.0.1:${machine.port}, ${memoryMb} MB, QEMU is process ${machine.pid}`,
  );
  for (const user of Object.values(labUsers(built.password))) {
    const password = user.password === null ? '' : ` (password ${user.password})`;
    say(`  ${user.name}: sudo ${user.sudo}${password}`);
  }
  const reach = { ...machine, keyFile: built.keyFile };
  say(`  ssh ${sshArguments(reach, 'root').join(' ')}`);
  const config = sshConfigOf(built.guest);
  const host = hostName(built.guest, 'root');
  say(`  KLPSCOPE_SSH_CONFIG=${config} npm start -- ${host}`);
  say(`  KLPSCOPE_SSH_CONFIG=${config} node out/cli/klpscope.cjs status ${host}`);
}

function sshConfigOf(guest: GuestName): string {
  return join(runFolder(guest), 'ssh_config');
}

/** The window, from the project's sources, on the guest. */
function open({ image: { guest } }: Up, user: UserName): Promise<number> {
  return inherit('npm', ['start', '--', hostName(guest, user)], {
    KLPSCOPE_SSH_CONFIG: sshConfigOf(guest),
  });
}

function inherit(
  program: string,
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<number> {
  const env = { ...process.env, ...variables };
  const child = spawn(program, args, { stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 255));
  });
}

function userOf(name: string): UserName {
  const user = userNames.find((known) => known === name);
  if (user === undefined) {
    throw new Mistake(`${name}: the guest has the users ${userNames.join(', ')}`);
  }
  return user;
}

function ssh(up: Up, user: string, command: readonly string[]): Promise<number> {
  const reach = { ...up.machine, keyFile: up.image.keyFile };
  return inherit('ssh', [...sshArguments(reach, userOf(user)), ...command]);
}

/** The scenario of this name; else the first, as a demonstration shows them, that begins so. */
function scenarioOf(text: string | undefined): ScenarioName {
  const names = Object.keys(scenarios).filter(isScenario);
  const name =
    names.find((known) => known === text) ??
    names.find((known) => text !== undefined && text !== '' && known.startsWith(text));
  if (name === undefined) {
    throw new Mistake(`${text ?? 'no scenario'}: not among ${names.join(', ')}`);
  }
  return name;
}

async function scenario(up: Up, name: ScenarioName, blocked?: number): Promise<void> {
  const outcome = await labOf(up).scenario(name, { blocked });
  say(scenarios[name].end);
  if (outcome.blocked.length > 0) {
    say(
      `blocked: ${outcome.blocked.slice(0, 10).join(', ')}${outcome.blocked.length > 10 ? ', …' : ''}`,
    );
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      blocked: { type: 'string' },
      guest: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      memory: { type: 'string' },
      port: { type: 'string' },
    },
  });
  const [command, argument, ...rest] = positionals;
  if (values.help === true || command === undefined) {
    say(usage);
    return values.help === true ? 0 : 2;
  }
  switch (command) {
    case 'up':
      await up(
        guestOf(argument),
        positiveNumber('memory', values.memory),
        positiveNumber('port', values.port),
      );
      return 0;
    case 'scenarios':
      for (const [name, { summary, memoryMb }] of Object.entries(scenarios)) {
        process.stdout.write(`${name}: ${summary}${memoryMb ? ` (--memory ${memoryMb})` : ''}\n`);
      }
      return 0;
    case 'packages':
      process.stdout.write(`${labPackages.join(' ')}\n`);
      return 0;
    case 'scenario':
      await scenario(
        theGuest(values.guest),
        scenarioOf(argument),
        positiveNumber('blocked', values.blocked),
      );
      return 0;
    case 'open':
      return open(theGuest(values.guest), userOf(argument ?? 'root'));
    case 'ssh': {
      const known = userNames.some((name) => name === argument);
      const words = argument === undefined || known ? rest : [argument, ...rest];
      return ssh(theGuest(values.guest), known && argument ? argument : 'root', words);
    }
    case 'capture': {
      if (argument === undefined) {
        throw new Mistake('capture where? FILE.tar.gz or a folder');
      }
      await labOf(theGuest(values.guest)).capture(argument);
      return 0;
    }
    case 'status': {
      const running = upGuests();
      running.forEach(tell);
      if (running.length === 0) {
        say('no guest runs');
      }
      return 0;
    }
    case 'reboot': {
      const start = Date.now();
      await labOf(theGuest(values.guest)).reboot();
      say(`booted again after ${((Date.now() - start) / 1000).toFixed(1)} s`);
      return 0;
    }
    case 'down': {
      const wanted = argument === undefined ? undefined : guestOf(argument);
      const ending = upGuests().filter(
        (running) => wanted === undefined || running.image.guest === wanted,
      );
      for (const running of ending) {
        await labOf(running).stop();
        say(`${running.image.guest} is down`);
      }
      if (ending.length === 0) {
        say('no such guest runs');
      }
      return 0;
    }
    default:
      throw new Mistake(`${command}: no such command\n${usage}`);
  }
}

// A reader that has seen enough, as `| head`, is no error.
process.stdout.on('error', () => process.exit(0));
try {
  process.exitCode = await main();
} catch (error) {
  say(reasonOf(error));
  const misused = codeOf(error)?.startsWith('ERR_PARSE_ARGS') === true;
  process.exitCode = error instanceof Mistake || misused ? 2 : 1;
}
