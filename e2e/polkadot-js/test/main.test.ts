// One file, so that the suites run one after the other: they share a node, and the machine.

import { after, before, describe } from 'node:test';
import { TeaNode } from '../src/node.ts';
import { connect } from '../src/client.ts';
import { accountTests } from './accounts.ts';
import { envelopeTests } from './envelope.ts';
import { metadataTests } from './metadata.ts';
import { refusalTests } from './refusals.ts';
import { rotationTests } from './rotation.ts';
import { transferTests } from './transfer.ts';
import type { Chain } from './chain.ts';

envelopeTests();

describe('development chain', () => {
  const chain: Partial<Chain> = {};

  before(async () => {
    chain.node = await TeaNode.start('alice', ['--dev']);
    chain.api = await connect(chain.node.url);
  });

  after(async () => {
    await chain.api?.disconnect();
    await chain.node?.stop();
  });

  // The tests run after `before`, so they see both fields.
  const started = chain as Chain;
  metadataTests(started);
  transferTests(started);
  refusalTests(started);
  accountTests(started);
});

rotationTests();
