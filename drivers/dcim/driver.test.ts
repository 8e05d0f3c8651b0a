import { describeDriverContract } from '../../test/contract/driver.ts';
import { dcim } from './driver.ts';

describeDriverContract(dcim, import.meta.dirname);
