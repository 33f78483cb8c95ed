/** The guests of the lab, and what each boots from: looked up, built once, kept in the cache. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { moduleSources } from './build-modules.js';
import { buildSmall, smallRoot } from './build-small.js';
import { buildSystemd, initramfsRoot, systemdRoot } from './build-systemd.js';
import { cached, cacheFolder, keyOf, prune } from './cache.js';
import { filesBelow, secretsSchema, threadsSource, type Ingredients } from './image-parts.js';
import {
  Apt,
  kernelPackages,
  packageFile,
  packagePath,
  smallPackages,
  systemdPackages,
} from './packages.js';
import { reasonOf } from './process.js';

/** The kernels that the lab is made for: a series of Debian's, as `uname -r` begins. */
export const kernelSeries = ['6.1', '6.12'] as const;
export type KernelSeries = (typeof kernelSeries)[number];

interface GuestKind {
  readonly series: KernelSeries;
  /** What its userland is made of, as apt is asked for it. */
  readonly packages: readonly string[];
  readonly build: (
    ingredients: Ingredients,
    folder: string,
    say: (line: string) => void,
  ) => Promise<void>;
  /** Whether it has a disk, on which things stay from boot to boot. */
  readonly hasDisk: boolean;
}

const small = { packages: smallPackages, build: buildSmall, hasDisk: false };

const guests = {
  '6.1': { series: '6.1', ...small },
  '6.12': { series: '6.12', ...small },
  '6.12-systemd': {
    series: '6.12',
    packages: ['?essential', ...systemdPackages],
    build: buildSystemd,
    hasDisk: true,
  },
} as const satisfies Record<string, GuestKind>;

/** A guest by what it is brought up as: its kernel, and `-systemd` for the one that has more. */
export type GuestName = keyof typeof guests;
export const guestNames = ['6.1', '6.12', '6.12-systemd'] as const satisfies readonly GuestName[];

/** Those who can log in to a guest. */
export const userNames = ['root', 'admin', 'operator', 'viewer'] as const;
export type UserName = (typeof userNames)[number];

/** A built image: files to boot from and to log in with. */
export const imageSchema = secretsSchema.extend({
  guest: z.enum(guestNames),
  series: z.enum(kernelSeries),
  release: z.string(),
  kernel: z.string(),
  initrd: z.string(),
  /** The file system of a guest that has one; never written to, each guest has an overlay. */
  disk: z.string().optional(),
  /** The private key that every user of the guest accepts. */
  keyFile: z.string(),
});
export type Image = Readonly<z.infer<typeof imageSchema>>;

const lookupSchema = z.object({
  at: z.number(),
  /** What was looked for. */
  wanted: z.string(),
  kernel: kernelPackages,
  userland: z.array(packageFile).readonly(),
});
type Lookup = Readonly<z.infer<typeof lookupSchema>>;

const lookupValidMs = 24 * 60 * 60 * 1000;

/**
 * Returns the newest image of a guest, built if it isn't there. Which packages are the newest is
 * looked up once a day; without a network an image of this lab that was built before is good too.
 */
export async function image(guest: GuestName, say: (line: string) => void): Promise<Image> {
  const { series, build, hasDisk } = guests[guest];
  const lookup = await lookUp(guest, say);
  const { kernel } = lookup;
  const packages = [kernel.image, ...kernel.build, ...lookup.userland];
  const key = keyOf([sourcesKey(), ...packages.map((file) => file.file)]);
  const folder = await cached(`image-${guest}-${key}`, async (unfinished) => {
    say(`building the image of ${guest}: ${kernel.release}`);
    const start = Date.now();
    await build(lookup, unfinished, say);
    say(`built in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  });
  for (const kind of ['image', 'userland', 'debian']) prune(kind);
  const made = secretsSchema.parse(JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8')));
  return {
    guest,
    series,
    release: kernel.release,
    kernel: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd'),
    ...(hasDisk && { disk: join(folder, 'disk') }),
    keyFile: join(folder, 'id_ed25519'),
    ...made,
  };
}

async function lookUp(guest: GuestName, say: (line: string) => void): Promise<Lookup> {
  const { series, packages } = guests[guest];
  const path = join(cacheFolder(), `newest-${guest}.json`);
  const wanted = keyOf([series, ...packages]);
  const known = readLookup(path, wanted);
  if (known !== undefined && Date.now() - known.at < lookupValidMs && allThere(known)) {
    return known;
  }
  try {
    const apt = new Apt(say);
    const found = await apt.withFreshLists(async () => {
      const kernel = await apt.kernel(series);
      const userland = await apt.closure(packages);
      await apt.download([kernel.image, ...kernel.build, ...userland]);
      return { at: Date.now(), wanted, kernel, userland };
    });
    writeFileSync(path, JSON.stringify(found));
    return found;
  } catch (error) {
    if (known !== undefined && allThere(known)) {
      say(`apt gives no newer packages (${reasonOf(error)}); using ${known.kernel.release}`);
      return known;
    }
    throw error;
  }
}

function readLookup(path: string, wanted: string): Lookup | undefined {
  if (!existsSync(path)) {
    return undefined;
  }
  // One of an older form counts as none.
  const known = lookupSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return known.data?.wanted === wanted ? known.data : undefined;
}

function allThere(lookup: Lookup): boolean {
  return [lookup.kernel.image, ...lookup.kernel.build, ...lookup.userland].every((file) =>
    existsSync(packagePath(file)),
  );
}

const builders = [
  'build-image.ts',
  'build-modules.ts',
  'build-small.ts',
  'build-systemd.ts',
  'image-parts.ts',
  'guest/customize.sh',
];

/** Names everything of this folder that ends up in an image, and how it is put together. */
function sourcesKey(): string {
  return keyOf([
    ...builders.map((name) => readFileSync(join(import.meta.dirname, name))),
    ...[moduleSources, smallRoot, systemdRoot, initramfsRoot].flatMap(filesBelow),
    readFileSync(threadsSource),
  ]);
}
