// Files cross between a tea-host and Helia, both ways, and have one root on both sides.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { content, SIZES, VECTORS, VECTOR_LABEL } from '../src/content.ts';
import { HeliaNode } from '../src/helia.ts';
import { TeaHost } from '../src/host.ts';

/** Equality of long arrays, without printing them. */
function assertSame(got: Uint8Array, expected: Uint8Array): void {
  assert.equal(got.length, expected.length);
  assert.ok(Buffer.compare(got, expected) === 0, 'the bytes differ');
}

export function interopTests(): void {
  describe('tea-host and Helia', () => {
    let host: TeaHost;
    let helia: HeliaNode;

    before(async () => {
      host = await TeaHost.start('host');
      helia = await HeliaNode.start();
      await helia.dial(host.address);
    });

    after(async () => {
      await helia?.stop();
      await host?.stop();
    });

    for (const size of SIZES) {
      test(`${size} bytes go from tea-host to Helia`, async () => {
        const file = content(`host ${size}`, size);
        const root = (await host.rpc('add', file))['Hash'] as string;
        assertSame(await helia.cat(root), file);
        const apart = await HeliaNode.start();
        assert.equal(await apart.add(file), root, 'Helia gives the file another root');
        await apart.stop();
      });

      test(`${size} bytes go from Helia to tea-host`, async () => {
        const file = content(`helia ${size}`, size);
        const root = await helia.add(file);
        await host.rpc(`pin/add?arg=${root}&timeout=60s`);
        assertSame(await host.cat(root), file);
        const alone = await TeaHost.start('alone');
        assert.equal((await alone.rpc('add', file))['Hash'], root, 'tea-host gives the file another root');
        await alone.stop();
      });
    }

    for (const [size, root] of VECTORS) {
      test(`a file of ${size} bytes has the published root on both sides`, async () => {
        const file = content(VECTOR_LABEL, size);
        assert.equal(await helia.add(file), root);
        assert.equal((await host.rpc('add', file))['Hash'], root);
      });
    }

    test('tea-host connects to Helia by itself', async () => {
      const other = await HeliaNode.start();
      const file = content('connect', 3_000_000);
      const root = await other.add(file);
      await host.rpc(`swarm/connect?arg=${encodeURIComponent(other.address)}`);
      await host.rpc(`pin/add?arg=${root}&timeout=60s`);
      assertSame(await host.cat(root), file);
      await other.stop();
    });

    test('cancels of Helia bring nothing twice', async () => {
      const before = await host.figure('tea_host_bitswap_bytes_total{way="out"}');
      const file = content('cancels', 5_000_000);
      const root = (await host.rpc('add', file))['Hash'] as string;
      assertSame(await helia.cat(root), file);
      const sent = (await host.figure('tea_host_bitswap_bytes_total{way="out"}')) - before;
      assert.ok(sent < 1.1 * file.length, `${sent} bytes were sent for ${file.length}`);
    });

    test('a block that nobody has is not waited for longer than was said', async () => {
      const apart = await HeliaNode.start();
      const root = await apart.add(content('nobody', 1000));
      await apart.stop();
      await assert.rejects(helia.block(root, 2000));
      await assert.rejects(host.rpc(`block/get?arg=${root}&timeout=2s`), /not found/);
    });
  });
}
