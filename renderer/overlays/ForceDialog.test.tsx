// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { ForceDialog } from './ForceDialog';

// jsdom lacks what React Aria asks of the browser when a dialog opens.
beforeAll(() => {
  Object.defineProperty(window, 'CSS', { value: { escape: (text: string) => text } });
});
afterEach(cleanup);

const command = 'echo 1 | sudo tee /sys/kernel/livepatch/livepatch_b/force';

test('the command appears when every point is ticked, and goes when one is taken back', async () => {
  render(<ForceDialog patch="livepatch_b" blocking={3} />);
  const user = userEvent.setup();
  const points = screen.getAllByRole('checkbox');
  for (const point of points.slice(1)) await user.click(point);
  expect(document.body.textContent).not.toContain(command);
  const [first] = points;
  if (first === undefined) throw new Error('no points');
  await user.click(first);
  expect(document.body.textContent).toContain(command);
  await user.click(first);
  expect(document.body.textContent).not.toContain(command);
});
