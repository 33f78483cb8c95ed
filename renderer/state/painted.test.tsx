// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { installBridge } from '../../testing/renderer/bridge';
import { PaintedSignal } from './painted';

/** Frames that come when the test says so. */
function frames(): () => void {
  const waiting = new Map<number, FrameRequestCallback>();
  let last = 0;
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => {
    last += 1;
    waiting.set(last, callback);
    return last;
  });
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => waiting.delete(frame));
  return () => {
    const due = [...waiting.values()];
    waiting.clear();
    for (const callback of due) callback(0);
  };
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('it is told after the frame in which it was painted, once for each host that is shown', () => {
  const { asked } = installBridge();
  const frame = frames();
  const { rerender } = render(<PaintedSignal host="a" />);
  frame();
  expect(asked).toEqual([]);
  frame();
  frame();
  expect(asked).toEqual([['window:painted', { host: 'a' }]]);
  rerender(<PaintedSignal host="a" />);
  frame();
  frame();
  expect(asked).toHaveLength(1);
  rerender(<PaintedSignal host={null} />);
  frame();
  frame();
  expect(asked[1]).toEqual(['window:painted', { host: null }]);
});

test('what was gone before its frame came was never painted', () => {
  const { asked } = installBridge();
  const frame = frames();
  const { unmount } = render(<PaintedSignal host="a" />);
  frame();
  unmount();
  frame();
  expect(asked).toEqual([]);
});
