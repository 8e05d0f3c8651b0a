import { describeDriverContract } from '../../test/contract/driver.ts';
import { gopro } from './driver.ts';

describeDriverContract(gopro, import.meta.dirname);
