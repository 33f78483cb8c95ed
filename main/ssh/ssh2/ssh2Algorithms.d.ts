/** ssh2's own lists, of what it can do on this machine; its types leave them out. */
declare module 'ssh2/lib/protocol/constants.js' {
  import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';

  const constants: {
    readonly DEFAULT_KEX: readonly KexAlgorithm[];
    readonly SUPPORTED_KEX: readonly KexAlgorithm[];
    readonly DEFAULT_CIPHER: readonly CipherAlgorithm[];
    readonly SUPPORTED_CIPHER: readonly CipherAlgorithm[];
    readonly DEFAULT_MAC: readonly MacAlgorithm[];
    readonly SUPPORTED_MAC: readonly MacAlgorithm[];
    readonly DEFAULT_SERVER_HOST_KEY: readonly ServerHostKeyAlgorithm[];
    readonly SUPPORTED_SERVER_HOST_KEY: readonly ServerHostKeyAlgorithm[];
  };
  export default constants;
}
