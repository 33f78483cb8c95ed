/** What a person does to a demo host, and what its story says of itself. */
import type { DemoCommand, DemoOutcome, DemoState } from '../../../shared/api/contract';
import { answerText, surpriseText } from '../../../shared/kernel/scenarios/outcomes';
import type { Story } from '../story';

/** More than these help nobody. */
const shownSurprises = 20;

export function stateOf(story: Story): DemoState {
  const { player } = story;
  const next = player.nextStep;
  return {
    title: player.scenario.title,
    story: player.scenario.story,
    position: player.position,
    lasts: player.scenario.lasts,
    playing: story.playing,
    speed: story.speed,
    says: player.lastStep?.says ?? null,
    next: next && { at: next.at, says: next.says },
    takenOver: player.isTakenOver,
    rules: player.rules,
    surprises: player.surprises.slice(0, shownSurprises).map(surpriseText),
  };
}

/** The kernel may refuse an operation; every other command succeeds. */
export function carryOut(story: Story, command: DemoCommand): DemoOutcome {
  switch (command.do) {
    case 'play':
      story.play();
      break;
    case 'pause':
      story.pause();
      break;
    case 'step':
      story.step();
      break;
    case 'restart':
      story.restart();
      break;
    case 'hand-back':
      story.catchUp();
      story.player.handBack();
      break;
    case 'speed':
      story.setSpeed(command.speed);
      break;
    case 'operate': {
      story.catchUp();
      const outcome = story.player.takeOver(command.operation);
      if (!outcome.ok) return { ok: false, errno: outcome.errno };
      if (outcome.answer) return { ok: true, answer: answerText(outcome.answer) };
    }
  }
  return { ok: true };
}
