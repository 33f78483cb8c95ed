import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModules } from './modules';

describe('parseModules', () => {
  it('reads the modules of a captured kernel, newest first', () => {
    const text =
      'lp_kthread 16384 1 - Live 0xffffffffc03da000 (OEK)\n' +
      'klp_busy 12288 0 - Live 0xffffffffc03d1000 (OE)\n' +
      'net_failover 24576 1 virtio_net, Live 0xffffffffc039d000\n';
    expect(parseModules(text)).toEqual({
      modules: [
        { name: 'lp_kthread', size: 16384, refcount: 1, users: [], state: 'Live', taint: 'OEK' },
        { name: 'klp_busy', size: 12288, refcount: 0, users: [], state: 'Live', taint: 'OE' },
        {
          name: 'net_failover',
          size: 24576,
          refcount: 1,
          users: ['virtio_net'],
          state: 'Live',
          taint: '',
        },
      ],
      malformed: 0,
    });
  });

  it.each([
    ['nf_tables 1 2 nft_ct,nft_nat, Live 0x0', { users: ['nft_ct', 'nft_nat'], refcount: 2 }],
    ['a 1 1 b,[permanent], Live 0x0', { users: ['b'], refcount: 1 }],
    ['a 1 1 [permanent], Live 0x0', { users: [], refcount: 1 }],
    ['a 1 0 - Loading 0x0 (OE+)', { state: 'Loading', taint: 'OE' }],
    ['a 1 0 - Unloading 0x0 (-)', { state: 'Unloading', taint: '' }],
    ['a 1 - - Live 0x0', { refcount: null, users: [], state: 'Live' }],
    ['a 1 -1 - Unloading 0x0', { refcount: null }],
    ['a 1 0 -', { refcount: 0, state: null, taint: null }],
    ['a 1', { refcount: null, users: [], state: null, taint: null }],
  ])('reads the form %j', (line, expected) => {
    const { modules, malformed } = parseModules(`${line}\n`);
    expect(malformed).toBe(0);
    expect(modules).toMatchObject([expected]);
  });

  it('skips and counts lines that are no module', () => {
    const text = 'a 1 0 - Live 0x0\nwhat is this\n\nb x 0 - Live 0x0\n 1 0 - Live 0x0\nc 2 0 -';
    const { modules, malformed } = parseModules(text);
    expect(modules.map((module) => module.name)).toEqual(['a', 'c']);
    expect(malformed).toBe(3);
  });

  it('reads back what m_show prints, in order', () => {
    const name = fc.stringMatching(/^[\w-]{1,30}$/);
    const module = fc.record({
      name,
      size: fc.nat(),
      refcount: fc.nat(),
      users: fc.array(name.filter((user) => user !== '-')),
      state: fc.constantFrom('Live', 'Loading', 'Unloading'),
      taint: fc.stringMatching(/^[A-Z]{0,5}$/),
    });
    fc.assert(
      fc.property(fc.array(module), (modules) => {
        const text = modules
          .map((each) => {
            const users = each.users.map((user) => `${user},`).join('') || '-';
            const taint = each.taint === '' ? '' : ` (${each.taint})`;
            return `${each.name} ${each.size} ${each.refcount} ${users} ${each.state} 0x0${taint}\n`;
          })
          .join('');
        expect(parseModules(text)).toEqual({ modules, malformed: 0 });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseModules(text)).not.toThrow();
      }),
    );
  });
});
