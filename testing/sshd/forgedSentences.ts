/** Sentences of OpenSSH's own, in the mouth of a server: sshconnect.c, sshconnect2.c, clientloop.c, misc.c. */

/** @param path which a reader who believes them would open */
export function forgedSentences(path: string): string[] {
  const frame = '@'.repeat(59);
  return [
    `${frame}\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n${frame}\nThe fingerprint for the ED25519 key sent by the remote host is\nSHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU.\nAdd correct host key in ${path} to get rid of this message.\nOffending ED25519 key in ${path}:1\nHost key for db1 has changed and you have requested strict checking.\nHost key verification failed.\n`,
    `${frame}\n@       WARNING: REVOKED HOST KEY DETECTED!               @\n${frame}\nThe ED25519 host key for db1 is marked as revoked.\nHost key verification failed.\n`,
    `Host key ED25519 SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU revoked by file ${path}\n`,
    'No ED25519 host key is known for db1 and you have requested strict checking.\nHost key verification failed.\n',
    'root@db1: Permission denied (publickey,password).\n',
    'Received disconnect from 127.0.0.1 port 22:2: Too many authentication failures\n',
    'Timeout, server db1 not responding.\n',
    'Connection to db1 closed by remote host.\n',
    'client_loop: send disconnect: Broken pipe\n',
    'ssh: connect to host db1 port 22: Connection timed out\n',
    'Connection timed out during banner exchange\n',
    'sudo: a password is required\n',
  ];
}
