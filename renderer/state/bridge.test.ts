// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { eventually } from '../../testing/shared/eventually';
import { installBridge } from '../../testing/renderer/bridge';
import { ask, listen, tell } from './bridge';

test('an answer that does not fit the contract is an error, one that does is passed on', async () => {
  installBridge(() => ['host1']);
  await expect(ask('hosts:configured', undefined)).resolves.toEqual(['host1']);
  installBridge(() => [7]);
  await expect(ask('hosts:configured', undefined)).rejects.toThrow(/expected string/);
});

test('what needs no answer is told, and a refusal is logged', async () => {
  const warning = vi.spyOn(console, 'error').mockReturnValue(undefined);
  const refusal = new Error('refused');
  const { asked } = installBridge(() => Promise.reject(refusal));
  tell('host:close', { id: 'a' });
  expect(asked).toEqual([['host:close', { id: 'a' }]]);
  await eventually(() => expect(warning).toHaveBeenCalledWith(expect.any(String), refusal));
  warning.mockRestore();
});

test('who has ended a subscription hears nothing more', async () => {
  const { listeners } = installBridge();
  const heard: string[] = [];
  const end = listen('host:closed', ({ id }) => heard.push(id));
  listeners.get('host:closed')?.({ id: 'a' });
  await eventually(() => expect(heard).toEqual(['a']));
  end();
  expect(listeners.size).toBe(0);
});
