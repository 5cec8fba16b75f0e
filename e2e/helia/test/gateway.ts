// The gateway as a page would use it: fetch, hash, put together.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { content, MIB } from '../src/content.ts';
import { TeaHost } from '../src/host.ts';

export function gatewayTests(): void {
  describe('gateway', () => {
    let host: TeaHost;

    before(async () => {
      host = await TeaHost.start('host');
    });

    after(async () => {
      await host?.stop();
    });

    test('a page of another origin gets a block and hashes it', async () => {
      const file = content('page', MIB);
      const root = (await host.rpc('add', file))['Hash'] as string;
      const answer = await fetch(`http://${host.ready.gateway}/ipfs/${root}?format=raw`, {
        headers: { accept: 'application/vnd.ipld.raw' },
      });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      const block = new Uint8Array(await answer.arrayBuffer());
      const hash = await sha256.digest(block);
      assert.equal(CID.createV1(0x55, hash).toString(), root);
    });

    test('the RPC refuses what fetch sends for a page', async () => {
      const answer = await fetch(`${host.rpcUrl}/api/v0/id`, { method: 'POST', headers: { origin: 'http://example.org' } });
      assert.equal(answer.status, 403);
    });
  });
}
