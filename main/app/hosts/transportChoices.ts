/** Which SSH a person has chosen for a host: remembered by the host's name, whoever logs in. */
import { choiceKey, chosenUnder, type TransportKind } from '../../../shared/api/openSsh';
import type { Settings } from '../../../shared/api/contract';
import type { Target } from '../../../shared/api/target';
import type { Ask } from '../../ssh/questions';
import type { SettingsStore } from '../stores/settings';

export interface TransportChoices {
  /** What was chosen for this target; null: nothing, or it is no host. */
  of(target: Target): TransportKind | null;
  remember(target: Target, chosen: TransportKind): void;
  /** Remembers answers that are to be remembered. */
  hearing(ask: Ask): Ask;
}

/** @param changed hears the settings with each choice that is remembered */
export function createTransportChoices(
  settings: SettingsStore,
  changed: (settings: Settings) => void,
): TransportChoices {
  function keep(key: string, chosen: TransportKind): void {
    const { transports } = settings.current();
    changed(settings.change({ transports: { ...transports, [key]: chosen } }));
  }
  return {
    of: (target) =>
      target.kind === 'ssh' ? chosenUnder(choiceKey(target), settings.current().transports) : null,
    remember(target, chosen) {
      if (target.kind === 'ssh') keep(choiceKey(target), chosen);
    },
    hearing: (ask) => async (question) => {
      const answers = await ask(question);
      const [chosen, also] = answers ?? [];
      if (question.kind === 'transport' && also === 'remember') {
        if (chosen === 'openssh' || chosen === 'ssh2') keep(question.key, chosen);
      }
      return answers;
    },
  };
}
