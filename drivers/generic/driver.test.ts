import { describeDriverContract } from '../../test/contract/driver.ts';
import { generic } from './driver.ts';

describeDriverContract(generic, import.meta.dirname);
