// The official client of kubo's RPC against a tea-host.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { create, type KuboRPCClient } from 'kubo-rpc-client';
import { CID } from 'multiformats/cid';
import { content, MIB } from '../src/content.ts';
import { TeaHost } from '../src/host.ts';

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

export function kuboClientTests(): void {
  describe('kubo-rpc-client', () => {
    let host: TeaHost;
    let client: KuboRPCClient;

    before(async () => {
      host = await TeaHost.start('host');
      client = create({ url: host.rpcUrl });
    });

    after(async () => {
      await host?.stop();
    });

    test('knows whom it talks to', async () => {
      assert.equal((await client.id()).id.toString(), host.ready.peer_id);
      assert.match((await client.version()).version, /^\d+\.\d+\.\d+/);
    });

    test('adds, reads, pins and unpins a file', async () => {
      const file = content('kubo client', 3 * MIB + 5);
      const { cid } = await client.add(file);
      assert.ok(Buffer.compare(await bytesOf(client.cat(cid)), file) === 0);
      const pins: string[] = [];
      for await (const pin of client.pin.ls()) pins.push(pin.cid.toString());
      assert.deepEqual(pins, [cid.toString()]);
      assert.equal((await client.pin.rm(cid)).toString(), cid.toString());
      await assert.rejects(client.pin.rm(cid), /not pinned/);
      assert.equal((await client.pin.add(cid)).toString(), cid.toString());
    });

    test('puts and gets blocks', async () => {
      const cid = await client.block.put(new Uint8Array([1, 2, 3]), { format: 'raw', mhtype: 'sha2-256', version: 1 });
      assert.equal(cid.code, 0x55);
      assert.deepEqual([...(await client.block.get(cid))], [1, 2, 3]);
      assert.equal((await client.block.stat(cid)).size, 3);
      const absent = CID.parse('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e');
      await assert.rejects(client.block.get(absent, { timeout: 1000 }));
    });

    test('exports an archive', async () => {
      const file = content('archive', 2 * MIB);
      const { cid } = await client.add(file);
      const car = await bytesOf(client.dag.export(cid));
      assert.ok(car.length > file.length);
    });

    test('sees the store', async () => {
      const stat = await client.repo.stat();
      assert.ok(stat.numObjects > 0n);
      for await (const gone of client.repo.gc()) assert.equal(gone.err, null);
    });
  });
}
