import type { Scenario } from '../scenario.ts';
import { DEVICES } from './devices.ts';
import { SMOKE } from './smoke.ts';
import { USB_DOCK } from './usb-dock.ts';

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [SMOKE, DEVICES, USB_DOCK];
