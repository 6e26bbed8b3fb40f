/** What the projections need of `node:crypto`, for the browser: SHA-256, at once. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export function createHash(algorithm: string) {
  if (algorithm !== 'sha256') throw new TypeError(`the page knows no hash "${algorithm}"`);
  const hash = sha256.create();
  const self = {
    update(text: string) {
      hash.update(utf8ToBytes(text));
      return self;
    },
    digest: (_encoding: 'hex') => bytesToHex(hash.digest()),
  };
  return self;
}
