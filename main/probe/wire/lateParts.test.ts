/** What comes after an answer, on a stream of its own: whose it is, and how much is held of it. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LateParts } from './lateParts';

const boundary = Buffer.from('01234567-89ab-cdef-0123-456789abcdef');
const line = (text: string) => Buffer.from(`\n${boundary.toString()} ${text}\n`);
const remark = (text: string) => Buffer.from(`${boundary.toString()}=${text}\n`);
const soon = () => new Promise((resolve) => setImmediate(resolve));

/** What it is by now; `waits` where it is not there yet. */
async function now<T>(promise: Promise<T>): Promise<T | 'waits'> {
  await soon();
  return Promise.race([promise, Promise.resolve('waits' as const)]);
}

describe('details', () => {
  it('are those before the end with their number, and no other’s', async () => {
    const parts = new LateParts(boundary, 10_000);
    const [one, two] = [parts.detailsOf(1), parts.detailsOf(2)];
    parts.push(Buffer.concat([line('k'), Buffer.from('first'), line('end 1')]));
    expect(await one).toMatchObject([{ kind: 'k', body: Buffer.from('first') }]);
    expect(await now(two)).toBe('waits');
    parts.push(Buffer.concat([line('k'), Buffer.from('second'), line('xk'), line('end 2')]));
    expect((await two).map(({ kind }) => kind)).toEqual(['k', 'xk']);
  });

  it('may be compressed, and what is damaged of them is left out', async () => {
    const parts = new LateParts(boundary, 10_000);
    const packed = gzipSync(Buffer.concat([line('k'), Buffer.from('stacks')]));
    const good = parts.detailsOf(1);
    parts.push(Buffer.concat([line('z'), packed, line('xk'), line('end 1')]));
    expect((await good).map(({ kind }) => kind)).toEqual(['k', 'xk']);
    const bad = parts.detailsOf(2);
    parts.push(Buffer.concat([line('z'), packed.subarray(0, 20), line('xk'), line('end 2')]));
    expect((await bad).map(({ kind }) => kind)).toEqual(['xk']);
  });

  it('are none once nothing more will come, and are no longer waited for', async () => {
    const parts = new LateParts(boundary, 10_000);
    const [details, orders] = [parts.detailsOf(1), parts.ordersOf(1)];
    parts.end();
    expect([await details, await orders]).toEqual([[], null]);
  });

  it('that nobody waits for are dropped', async () => {
    const parts = new LateParts(boundary, 10_000);
    const details = parts.detailsOf(1);
    parts.forget(1, { details: true, orders: false });
    parts.push(Buffer.concat([line('k'), line('end 1')]));
    parts.end();
    expect(await now(details)).toBe('waits');
  });

  it('have a limit together, which each answer has anew', () => {
    const parts = new LateParts(boundary, 1_000);
    const piece = Buffer.concat([line('k'), Buffer.alloc(400, 'x')]);
    void parts.detailsOf(1);
    expect([parts.push(piece), parts.push(piece), parts.push(line('end 1'))]).toEqual([
      true,
      true,
      true,
    ]);
    expect([
      parts.push(piece),
      parts.push(piece),
      parts.push(piece),
      parts.push(line('k')),
    ]).toEqual([true, true, true, false]);
  });
});

describe('orders', () => {
  it('are the lines before the remark with their number, whatever stands between', async () => {
    const parts = new LateParts(boundary, 10_000);
    const [one, two] = [parts.ordersOf(1), parts.ordersOf(2)];
    parts.push(Buffer.concat([remark('o /a:1'), line('k'), remark('o /b:2'), remark('O 1')]));
    expect(await one).toEqual(['/a:1', '/b:2']);
    expect(await now(two)).toBe('waits');
    parts.push(remark('O 2'));
    expect(await two).toEqual([]);
  });

  it('are none where the host says so, and what was said before counts for nobody', async () => {
    const parts = new LateParts(boundary, 10_000);
    const [one, two] = [parts.ordersOf(1), parts.ordersOf(2)];
    parts.push(Buffer.concat([remark('o /a:1'), remark('O 1 none'), remark('O 2')]));
    expect([await one, await two]).toEqual([null, []]);
  });

  it('that nobody waits for are dropped', async () => {
    const parts = new LateParts(boundary, 10_000);
    const orders = parts.ordersOf(1);
    parts.forget(1, { details: false, orders: true });
    parts.push(Buffer.concat([remark('o /a:1'), remark('O 1')]));
    parts.end();
    expect(await now(orders)).toBe('waits');
  });

  it('have a limit together, which each answer has anew', () => {
    const parts = new LateParts(boundary, 1_000);
    const long = remark(`o ${'x'.repeat(400)}`);
    expect([parts.push(long), parts.push(long), parts.push(remark('O 1'))]).toEqual([
      true,
      true,
      true,
    ]);
    expect([parts.push(long), parts.push(long), parts.push(long)]).toEqual([true, true, false]);
  });
});
