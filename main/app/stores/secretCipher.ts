/** Electron's `safeStorage`: the keyring of the system encrypts, where there is one. */
import { safeStorage } from 'electron';
import type { Remembering } from '../../../shared/api/contract';
import type { Cipher } from './secretStore';

export const keyringCipher: Cipher = {
  remembering,
  encrypt: (text) => safeStorage.encryptString(text),
  decrypt(encrypted) {
    try {
      return safeStorage.decryptString(encrypted);
    } catch {
      return null;
    }
  },
};

/** `basic_text` encrypts with a password that stands in Chromium's source: that is plain text. */
function remembering(): Remembering {
  if (process.platform === 'linux') {
    const backend = safeStorage.getSelectedStorageBackend();
    if (backend === 'basic_text') return 'plain-text';
    if (backend === 'unknown') return 'unavailable';
  }
  return safeStorage.isEncryptionAvailable() ? 'offered' : 'unavailable';
}
