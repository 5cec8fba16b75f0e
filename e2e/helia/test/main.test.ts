// One file, so that the suites run one after the other: they share the machine.

import { gatewayTests } from './gateway.ts';
import { interopTests } from './interop.ts';
import { kuboClientTests } from './kubo-client.ts';

interopTests();
kuboClientTests();
gatewayTests();
