/** A change as one line for people. */
import { problemHelp, reasonSentence } from '../diagnosis/wording';
import { isForHumans, type Problem } from '../base/problem';
import { jsonText, visible } from '../base/text';
import { demoNote, isOfDemo } from '../report/demoMark';
import { headlineOf } from '../report/headline';
import { slownessText } from '../report/pace';
import { threadName } from '../report/threadName';
import { changedMeanwhile, reboot, signalRound, toldBy } from './betweenText';
import type { Change, WatchEvent } from './change';

/** A line of `klpscope watch`, for people or as an event of `klpscope/watch`. */
export function changeLine(target: string, at: string, change: Change, json: boolean): string {
  if (!json) return `${renderChange(change.at ?? at, change)}\n`;
  const event: WatchEvent = { format: 'klpscope/watch', version: 1, target, at, ...change };
  return `${jsonText(event)}\n`;
}

/** @param at ISO 8601; its clock time in UTC begins the line */
export function renderChange(at: string, change: Change): string {
  return `${clockTime(at)}  ${changeSentence(change)}`;
}

/** @returns the time of day of an ISO 8601 moment in UTC: `12:03:11Z` */
function clockTime(at: string): string {
  return `${at.slice(11, 19)}Z`;
}

/** What happened, without when. */
export function changeSentence(change: Change): string {
  return `${sentenceOf(change)}${toldBy(change.from)}`;
}

function sentenceOf(change: Change): string {
  const subject = visible(change.subject ?? '');
  const direction = change.direction ?? 'direction unknown';
  switch (change.event) {
    case 'state':
      return change.status ? stateSentence(change.status) : 'state';
    case 'rebooted':
      return reboot(change.ended?.transition ?? null);
    case 'changed-meanwhile':
      return changedMeanwhile(subject, change.direction ?? null);
    case 'signal-round':
      return signalRound(subject, change.round ?? 1);
    case 'patch-appeared':
      return `${subject} appeared`;
    case 'patch-enabled':
      return `${subject} is enabled`;
    case 'patch-disabled':
      return `${subject} is disabled`;
    case 'patch-gone':
      return `${subject} is gone`;
    case 'transition-started':
      return `${subject}: transition started (${direction})`;
    case 'transition-reversed':
      return `${subject}: transition reversed (now ${direction})`;
    case 'transition-completed':
      return `${subject}: transition completed (${direction})`;
    case 'progress': {
      const { done, total, blocking } = change.threads ?? {
        done: null,
        total: null,
        blocking: null,
      };
      return `${subject}: ${done ?? '?'} of ${total ?? '?'} threads have switched, ${blocking ?? '?'} block`;
    }
    case 'blocker':
      return change.blocker
        ? `${threadName(change.blocker)} ${reasonSentence(change.blocker, { direction: null })}`
        : subject;
    case 'unblocked':
      return change.blocker ? `${threadName(change.blocker)} blocks no more` : subject;
    case 'object-patched':
      return `${subject} is patched`;
    case 'object-unpatched':
      return `${subject} is not patched any more`;
    case 'finding':
      return `${change.finding?.severity ?? 'finding'}: ${change.finding?.message ?? subject}`;
    case 'slowed': {
      const { everySeconds, roundSeconds } = change.pace ?? { everySeconds: 0, roundSeconds: 0 };
      return `read ${slownessText({ everyMs: everySeconds * 1000, roundMs: roundSeconds * 1000 })}`;
    }
    case 'lost':
      return change.problem ? lossSentence(change.problem, change.waitsForHuman) : 'lost';
    case 'back':
      return 'back';
  }
}

function lossSentence({ code, message }: Problem, waitsForHuman = false): string {
  const said = `lost: ${visible(message)}`;
  if (!waitsForHuman) return `${said} ${problemHelp(code)}`;
  // The help for what is tried again says so.
  const help = isForHumans(code) ? ` ${problemHelp(code)}` : '';
  return `${said}${help} It waits for somebody, and is not tried again by itself.`;
}

function stateSentence(status: NonNullable<Change['status']>): string {
  const { title, detail } = headlineOf(status);
  const sentence = title.map(({ text }) => text).join('');
  const whole = detail === '' ? sentence : `${sentence}. ${detail}`;
  return isOfDemo(status) ? `${whole} (${demoNote})` : whole;
}
