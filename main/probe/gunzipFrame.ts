import { gunzip } from 'node:zlib';

/** @returns null where it is damaged, or longer than `limit` */
export function gunzipFrame(body: Buffer, limit: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    gunzip(body, { maxOutputLength: limit }, (error, text) => resolve(error ? null : text));
  });
}
