/** `--screenshot`: a picture of the first state, and a status that says how it went. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../support/app';
import { sample } from '../support/samples';

/** Width and height of a PNG: its first chunk (PNG specification, 11.2.1 IHDR). */
function sizeOf(file: string): [number, number] {
  const bytes = readFileSync(file);
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

test('a state is pictured in the wanted size, and the program ends with 0', async ({
  run,
  folder,
}) => {
  const file = join(folder, 'state.png');
  const args = [sample('04-stalled-patching'), '--screenshot', file];
  const ended = await run([...args, '--size', '900x700', '--theme', 'dark', '--view', 'files']);
  expect(ended).toMatchObject({ status: 0, stdout: '' });
  expect(sizeOf(file)).toEqual([900, 700]);
});

test('pictures of views and themes differ, those of the same state do not', async ({
  run,
  folder,
}) => {
  const picture = async (name: string, ...more: string[]) => {
    const file = join(folder, `${name}.png`);
    const target = sample('02-one-enabled');
    const { status } = await run([target, '--screenshot', file, '--size', '700x500', ...more]);
    expect(status).toBe(0);
    return readFileSync(file);
  };
  const light = await picture('light', '--theme', 'light', '--view', 'functions');
  const again = await picture('again', '--theme', 'light', '--view', 'functions');
  const dark = await picture('dark', '--theme', 'dark', '--view', 'functions');
  const other = await picture('other', '--theme', 'light', '--view', 'livepatches');
  // The lower edge names the time of the reading.
  expect(Math.abs(again.length - light.length)).toBeLessThan(light.length / 50);
  expect(dark.equals(light)).toBe(false);
  expect(other.equals(light)).toBe(false);
});

test('without a target it is the start screen', async ({ run, folder }) => {
  const file = join(folder, 'start.png');
  expect(await run(['--screenshot', file, '--size', '1000x600'])).toMatchObject({ status: 0 });
  expect(sizeOf(file)).toEqual([1000, 600]);
});

test('a target that cannot be read is pictured, too, with status 3', async ({ run, folder }) => {
  const file = join(folder, 'missing.png');
  const { status, stderr } = await run([join(folder, 'no.tar.gz'), '--screenshot', file]);
  expect(status).toBe(3);
  expect(stderr).toContain('no.tar.gz');
  expect(existsSync(file)).toBe(true);
});

test('a picture that cannot be written is a failure', async ({ run, folder }) => {
  const { status, stderr } = await run(['--screenshot', join(folder, 'no/such/place.png')]);
  expect(status).toBe(1);
  expect(stderr).toContain('no picture');
});

test('it takes no part in an open window', async ({ launch, run, folder }) => {
  const { electron } = await launch();
  const file = join(folder, 'beside.png');
  expect(await run(['--screenshot', file])).toMatchObject({ status: 0 });
  expect(existsSync(file)).toBe(true);
  expect(electron.windows()).toHaveLength(1);
});
