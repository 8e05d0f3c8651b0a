import { describeDriverContract } from '../../test/contract/driver.ts';
import { gat947 } from './driver.ts';

describeDriverContract(gat947, import.meta.dirname);
