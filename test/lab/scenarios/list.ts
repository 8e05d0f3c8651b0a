import type { Scenario } from '../scenario.ts';
import { DEVICES } from './devices.ts';
import { SMOKE } from './smoke.ts';

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [SMOKE, DEVICES];
