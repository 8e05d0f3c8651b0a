import { describeDriverContract } from '../../test/contract/driver.ts';
import { blackvue } from './driver.ts';

describeDriverContract(blackvue, import.meta.dirname);
