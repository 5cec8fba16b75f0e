// The second implementation of the envelope formats against the vectors of the first one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { clientKey, commitment, openContent, resultContext, resultKey, unseal } from '../src/envelope.ts';

const FILE = new URL('../../../primitives/tea-envelope/tests/data/known_answers.txt', import.meta.url);

const fill = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

function answers(): Map<string, Uint8Array> {
  const lines = readFileSync(FILE, 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => line.split(' ') as [string, string]).map(([name, value]) => [name, bytes(value)]));
}

function answer(name: string): Uint8Array {
  const value = answers().get(name);
  assert.ok(value, `${name} is among the known answers`);
  return value;
}

export function envelopeTests(): void {
  describe('envelopes', () => {
    test('key of a result is the known one', () => {
      // About a deployment, from module 7 to module 8: the frozen vector of the crate.
      const context = Buffer.concat([
        bytes('05'),
        bytes('00' + 'de'.repeat(32)),
        bytes('0007000000'),
        bytes('0008000000'),
        bytes('03000000e8030000'),
      ]);
      const client = clientKey(fill(0x44));
      assert.deepEqual(client.public, answer('transport_public'));
      assert.deepEqual(resultKey(client, answer('result_enc'), fill(0x6e), context), answer('result_key'));
    });

    test('context of a result has the frozen form', () => {
      const context = resultContext({ errand: 0x0102n, executor: 7, client: fill(0xaa), block: 1000 });
      const expected = '05' + '010201000000000000' + '0007000000' + '01' + 'aa'.repeat(32) + '00000000' + 'e8030000';
      assert.equal(Buffer.from(context).toString('hex'), expected);
    });

    test('known content opens, and nothing that was altered does', () => {
      const [k1, sealed] = [fill(0x11), answer('content')];
      const tea = new TextEncoder().encode('tea');
      assert.deepEqual(commitment(k1, tea), answer('commitment'));
      assert.deepEqual(unseal(k1, fill(0x1d), sealed), tea);
      // The vector has an id of its own, which commits to nothing.
      assert.throws(() => openContent(k1, fill(0x1d), sealed), /committed/);
      assert.throws(() => unseal(fill(0x12), fill(0x1d), sealed), /the key/);
      assert.throws(() => unseal(k1, fill(0x1e), sealed), /another content/);
      for (const at of [0, 30, 90, sealed.length - 1]) {
        const altered = sealed.slice();
        altered[at]! ^= 1;
        assert.throws(() => unseal(k1, fill(0x1d), altered));
      }
      assert.throws(() => unseal(k1, fill(0x1d), sealed.subarray(0, sealed.length - 1)));
    });
  });
}
