import type { RecorderDriver } from '#ports/recorder-driver';
import { blackvue } from './blackvue/driver.ts';
import { datedFolders } from './dated-folders/driver.ts';
import { dcim } from './dcim/driver.ts';
import { gat947 } from './gat947/driver.ts';
import { generic } from './generic/driver.ts';
import { gopro } from './gopro/driver.ts';
import { novatek } from './novatek/driver.ts';
import { transcend } from './transcend/driver.ts';

/** Takes what no other driver is sure of. */
export const FALLBACK = generic;

/** Every driver of this station; the order has no meaning. */
export const DRIVERS: readonly RecorderDriver[] = [gat947, dcim, datedFolders, gopro, novatek, transcend, blackvue, generic];
