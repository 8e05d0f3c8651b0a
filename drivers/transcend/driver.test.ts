import { describeDriverContract } from '../../test/contract/driver.ts';
import { transcend } from './driver.ts';

describeDriverContract(transcend, import.meta.dirname);
